//! What the gate refuses and what it lets pass, in the spellings of office tables.

use super::number::is_credit_code;
use super::*;
use proptest::prelude::*;

/// Headings seen in office tables, half of them in disguise.
const REFUSED: &str = "姓名| 姓 名 |姓  名|党员姓名|书记姓名|户主姓名|xingming|XingMing|xing_ming|XM|名字|曾用名|联系人|\
    负责人|法定代表人|书记|党支部书记|网格长|网格员|Full Name|full_name|contact-person|\
    member name|身份证|身份证号|身份证号码|身 份 证|身份證號|公民身份号码|证件号码|idcard|ID Card|\
    \u{ff29}\u{ff24} Card|id_card_no|IDNumber|ID No.|idcard|sfzh|SFZHM|\
    shenfenzheng|护照号|社保卡号|passport|电话|电话号码|联系电话|聯繫電話|手机|手机号|手機號碼|联系方式|办公电话|\
    phone|Phone No|mobile|tel|TEL.|lxdh|sjhm|shouji|微信号|E-mail|家庭住址|住址|居住地|\
    户籍地址|户籍所在地|门牌号|home address|jtzz|民族|民 族|所属民族|少数民族|ethnicity|minzu|宗教信仰|\
    宗教|信仰|是否信教|religion|faith|信访|信访次数|上访记录|是否上访|petitions|健康状况|健康|残疾类别|病史|\
    health status|disability|贫困户|是否贫困户|貧困戶|低保户|建档立卡户|户主|戶主|户号|户编号|家庭成员|\
    hukou|household_id|黑名单|blacklist|性别|出生日期|phone_number|phonenumber|mobilePhone|idCardNo|ID-No|HuZhu|huji|民族成分|民族代码|\u{200b}身\u{200b}份证|contact_person_phone|tel号码|bankCard|银行卡号|工资卡账号|iban|党员积分|出生年月|健康码|车牌号";

/// More of them, from registers of members, residents and visits.
const REFUSED_TOO: &str = "村书记|村支书|支书|党组织书记|社区书记|书记名字|支书姓名|班子成员姓名|委员姓名|组长姓名|楼长姓名|网格员姓名|网格长姓名|负责人姓名|法人姓名|联络员姓名|联系人姓名|经办人姓名|学员姓名|群众姓名|居民姓名|村民姓名|租户姓名|业主姓名|家长姓名|代表姓名|姓名(必填)|*姓名|姓　名|姓/名|XingMing2|姓名1|党员名字|本人姓名|真实姓名|人员姓名|人员名称|党员名单|人员名单|花名册|党员花名册|联系人1|联络人|负责同志|户主名|户主电话|户主身份证|家庭人员|家庭人口明细|身份证号(18位)|身份证件号码|居民身份证|有效证件号|证件类型及号码|证件号|公民身份证号码|身份ID|身份号码|idNumber|id_no|idNo|ID_CARD_NUMBER|citizen_id|passport no|护照号码|港澳通行证号|军官证号|社会保障卡号|医保卡号|医保号|手机号码|手机1|移动电话|固定电话|宅电|家庭电话|办公室电话|电话(手机)|TEL|Tel No|telephone|cell phone|mobile no|phone1|手机/微信|微信|WeChat|QQ号|QQ号码|电子邮箱|邮箱地址|email address|常住地址|现居住地址|户籍|户籍地|户籍地址|户口性质|户口类型|家庭详细地址|居住地址|门牌号码|房号及住户|籍贯|出生地|hometown|home_addr|民族名称|民族情况|族别|民族(汉/回)|ethnic group|宗教信仰情况|信教情况|信教群众|宗教类别|教派|信仰宗教|信访人|信访事项|信访件|上访人员|上访人|重点信访|健康情况|身体状况|身体健康状况|病残情况|残疾证号|残疾等级|残疾情况|患病情况|慢性病|疾病名称|精神状况|婚育情况|怀孕情况|疫苗接种情况|血型|低保情况|低保类别|五保户|特困人员|贫困户姓名|脱贫户|监测对象|困难党员|困难群众|留守儿童|留守老人|空巢老人|孤寡老人|残疾人|精神病人|吸毒人员|刑满释放人员|社区矫正人员|重点人员|特殊人群|涉毒人员|前科|邪教人员|性别|年龄|出生|出生年月日|生日|birth_date|入党时间|入党日期|入党年月|转正时间|婚姻状况|文化程度|学历|政治面貌|党龄|工作单位及职务|个人照片|照片|头像|人脸照片|指纹|车牌|车牌号码|驾驶证号|银行账号|银行卡|银行账户|开户行及账号|一卡通账号|工资卡号|存折账号|社保账号|bank_account|card number|个人积分|党员积分|积分排名|黑名单|失信人员|轨迹|行踪|定位轨迹";

/// Headings of the forms of the Party's statistics, tables 24 to 42: counts of organisations.
const FORMS: &str = "任届期满|报告期内换届|任届期满尚未换届|党委|总支部|支部|单位数|已单独建立党组织|党委/总支部|已建联合党支部|其中具有3名以上党员的|未建立党组织|应建尚未建立|其中建立党小组的|仅有个别党员|没有党员|企业总数|从业人员50人以上企业|从业人员100人以上企业|建制村|暂无活动场所|活动场所200㎡以上|暂无办公用房|200㎡及以下|无集体经济收入的建制村|村干部报酬和办公经费不足9万元的|书记报酬低于农民人均可支配收入2倍的|第一书记经费|排查数|其中建档立卡贫困村|建档立卡贫困村|整顿提升数|年初缺配书记|本年已选配|年初需调整|已调整|培训|其中县级以上|结对帮扶单位|挂点联系领导|选派第一书记|选派驻村干部|专项整治项|解决问题|查处|社区|党组织班子配备情况|统一社会信用代码|社会信用代码";

const PASSED: &str = "户数|总户数|农户数|联系户数|人口|人口数|党员人数|党员规模档|党组织名称|网格名称|网格编码|网格长到位率|网格员数|网格长岗位|\
    负责岗位|责任单位|统一社会信用代码|名称|name|Name|unit name|编码|code|id|ID|上级编码|联系村|联系单位|\
    包联单位|结对村|书记空缺月数|书记出缺|书记轮训轮次|连续未发展党员年数|换届时间|换届超期月数|近12月主题党日缺次|阵地面积|建筑面积|\
    村集体经济收入|分子|分母|数值|状态|期间|指标|区型|类型|所在网格|经度|纬度|地址|单位地址|备注|民族乡|民族团结示范村|贫困村|\
    卫生厕所改造数|报到党组织数|一肩挑|village|mobile_branches|grid_no|gridNo|shuji_kongque|shujikongque|zuzhibianma|validNote|microphones|法人名称|负责人职务|支部书记任职年限|民族村|经费使用率|热线电话开通率|community_centre_count|population|households_total";

#[test]
fn personal_headings_are_refused_however_they_are_spelt() {
    let all = || REFUSED.split('|').chain(REFUSED_TOO.split('|'));
    let passed: Vec<_> = all().filter(|h| Gate.column(h).is_none()).collect();
    assert!(passed.is_empty() && all().count() > 200, "{passed:?}");
}

#[test]
fn headings_of_organisations_places_and_counts_pass() {
    let all = || PASSED.split('|').chain(FORMS.split('|')).chain(KINDS);
    let refused: Vec<_> = all().filter_map(|h| Gate.column(h).map(|kind| (h, kind))).collect();
    assert!(refused.is_empty() && all().count() > 60, "{refused:?}");
    let numbered = KINDS.iter().enumerate().map(|(n, kind)| format!("{}.{kind}", n + 1));
    assert_eq!(numbered.filter(|h| Gate.column(h).is_some()).count(), 0);
}

#[test]
fn headings_are_refused_all_at_once_and_by_their_last_line() {
    let headings = ["编码", "村干部/姓名", "数", "联系电话", "覆盖情况/书记", "书记/空缺月数"];
    let found: Vec<_> = Gate.columns(headings.into_iter(), &Privacy::default()).into_iter().map(|(h, _)| h).collect();
    assert_eq!(found, ["村干部/姓名", "联系电话", "覆盖情况/书记"]);
}

#[test]
fn codes_of_grids_beside_their_villages_are_no_numbers_of_people() {
    let villages = ["990121200001", "620121200001"];
    let is_unit = |code: &str| villages.contains(&code);
    for village in villages {
        let grids = (0..1000).flat_map(|n| [format!("{village}{n:03}"), format!("{village}{:06}", n * 1001 % 1_000_000)]);
        assert_eq!(grids.filter(|grid| Gate.value_looks_personal_beside(grid, is_unit)).count(), 0);
    }
    assert!(Gate.value_looks_personal_beside(&with_check(&IDENTITY[..17]), is_unit));
}

#[test]
fn codes_of_organisations_are_no_cards() {
    let code = |n: u32| {
        let body: Vec<u8> = format!("51990121{n:09}").bytes().map(|b| b - b'0').collect();
        (0..10).map(|last| [body.as_slice(), &[last]].concat()).find(|digits| is_credit_code(digits))
    };
    let codes: Vec<String> = (0..500).filter_map(code).map(|d| d.iter().map(|d| char::from(b'0' + d)).collect()).collect();
    assert!(codes.len() > 50 && codes.iter().all(|c| !Gate.value_looks_personal(c)), "{codes:?}");
}

/// Words that a framework would ask people for: every one of them, in every spelling.
fn forbidden() -> Vec<String> {
    let denied = DENIED.iter().flat_map(|d| d.parts.split_whitespace().chain(d.words.split_whitespace()).chain(d.whole.split_whitespace()));
    denied.chain(WAYS.iter().flat_map(|(_, words)| words.split_whitespace())).map(str::to_owned).collect()
}

/// Ways of writing a word so that a plain comparison would not know it.
fn spelled(word: &str, way: usize) -> String {
    let traditional = |c: char| {
        let mut pairs = SIMPLIFIED.split(' ').map(|p| p.chars().collect::<Vec<_>>());
        pairs.find(|pair| pair.get(1) == Some(&c)).map_or(c, |pair| pair[0])
    };
    let full = |c: char| char::from_u32(c as u32 + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c);
    let apart = |between: &str| word.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(between);
    // Blanks inside an English word make several of it; between Chinese characters they are nothing.
    let chinese = !word.is_ascii();
    match way {
        0 => word.to_owned(),
        1 => word.chars().map(full).collect(),
        2 => word.chars().map(traditional).collect(),
        3 if chinese => apart(" "),
        4 => apart("\u{200b}"),
        5 if chinese => apart("\u{3000}"),
        6 if chinese => apart("·"),
        7 if !chinese => word.to_uppercase(),
        8 => format!("（{word}）"),
        9 => word.chars().map(full).map(traditional).collect::<String>() + "*",
        10 if chinese => apart("\u{fe0f}"),
        _ => format!(" {word}\t"),
    }
}

#[test]
fn no_word_of_the_gate_passes_in_any_spelling() {
    for word in forbidden() {
        for way in 0..12 {
            let spelled = spelled(&word, way);
            assert!(Gate.declared(&spelled, &Privacy::default()).is_some(), "{word}: {spelled:?}");
        }
    }
}

#[test]
fn a_framework_adds_words_in_any_spelling_and_removes_none() {
    let of = |level: &str, field: &str| Privacy { deny_levels: vec![level.to_owned()], deny_fields: vec![field.to_owned()] };
    let added = of("组网", "蓝本");
    for judge in [|h: &str, p: &Privacy| Gate.declared(h, p), |h: &str, p: &Privacy| Gate.column_beside(h, p)] {
        assert_eq!((judge("蓝 本编号", &added), judge("組網名", &added), judge("绿本编号", &added)), (Some("own"), Some("own"), None));
        assert_eq!(judge("姓名", &added), Some("name"));
        assert_eq!(judge("绿本", &of("·", "")), None);
    }
    let found = Gate.columns(["网格/蓝本", "数"].into_iter(), &added);
    assert_eq!(found, [("网格/蓝本", "own")]);
}

#[test]
fn every_kind_has_its_words() {
    for denied in DENIED {
        let key = format!("problem.privacy.{}", denied.kind);
        assert!(crate::locale::Lang::Zh.has(&key) && crate::locale::Lang::En.has(&key), "{key}");
    }
    assert!(crate::locale::Lang::Zh.has("problem.privacy.own") && crate::locale::Lang::En.has("problem.privacy.own"));
}

#[test]
fn levels_of_people_and_households_are_refused() {
    for word in ["户", "家庭", "农户", "household", "Household", "党员", "居民", "person", "党员中心户", "户主"] {
        assert!(Gate.level(word), "{word}");
    }
    for word in ["top", "leaf", "楼栋", "片区", "自然村", "小组", "单元"] {
        assert!(!Gate.level(word), "{word}");
    }
}

/// Made for the test: region 99 is nobody's, the checks hold.
const IDENTITY: &str = "990121199001011011";
const IDENTITY_X: &str = "99012119900101128X";

fn with_check(seventeen: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = seventeen.chars().zip(weights).filter_map(|(c, w)| c.to_digit(10).map(|d| d * w)).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11];
    format!("{seventeen}{check}")
}

#[test]
fn numbers_of_people_are_recognised() {
    let identity = with_check(&IDENTITY[..17]);
    let x = (100..1000).map(|n| with_check(&format!("{}{n}", &IDENTITY_X[..14]))).find(|n| n.ends_with('X')).expect("one in eleven");
    for text in [
        identity.as_str(),
        &x,
        &x.to_lowercase(),
        &format!("证号{identity}。"),
        "13800001111",
        "电话:138-0000-1111",
        "138 0000 1111",
        "+86 13800001111",
        "+8613800001111",
        "\u{ff11}\u{ff13}\u{ff18}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff11}\u{ff11}\u{ff11}\u{ff11}",
        "13800001111",
        "6222020000000000000",
        "4000 0000 0000 0002",
    ] {
        assert!(Gate.value_looks_personal(text), "{text}");
    }
}

#[test]
fn codes_dates_and_figures_are_not() {
    for text in [
        "",
        "990121105203",
        "990121105203001",
        "2025-09-30",
        "20250930",
        "12000000000",
        "138000011112",
        "990121199013011011",
        "990121199001011012",
        "91990121MA00000000",
        "0934-8210000",
        "3.14159265358979",
        "138 0000 111",
        "1 3 8 0 0 0 0 1 1 1 1",
    ] {
        assert!(!Gate.value_looks_personal(text), "{text}");
    }
}

#[test]
fn masking_takes_the_digits_and_leaves_the_sentence() {
    let (masked, n) = Gate.mask("与13800001111、138-0000-1112 核对,2025-09-30 前完成 3 件");
    assert_eq!((masked.as_str(), n), ("与xxxxxxxxxxx、xxx-xxxx-xxxx 核对,2025-09-30 前完成 3 件", 2));
    assert_eq!(Gate.mask("第2网格 5/7"), ("第2网格 5/7".to_owned(), 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn masked_text_is_clean_and_no_input_panics(text in "[0-9xX\u{ff10}-\u{ff19} -]{0,40}|\\PC{0,40}") {
        let (masked, n) = Gate.mask(&text);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        prop_assert!(!Gate.value_looks_personal(&masked));
        prop_assert_eq!(n == 0, masked == text);
        let _ = (Gate.column(&text), Gate.level(&text));
    }
}
