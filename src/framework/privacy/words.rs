//! The words of the gate: what a heading may not announce, in simplified Chinese, English and pinyin.

/// What condemns a heading. Words are separated by blanks and compared after [`normal`].
pub(super) struct Denied {
    /// Its text is `problem.privacy.<kind>`.
    pub(super) kind: &'static str,
    /// Chinese words, wherever they stand.
    pub(super) parts: &'static str,
    /// English words and pinyin: whole words of the heading (`id_card`, `IdCard` and `ID card`
    /// are one), because `huji` stands in `shuji` and `idno` in `gridno`.
    pub(super) words: &'static str,
    /// Headings that are nothing else.
    pub(super) whole: &'static str,
}

pub(super) const DENIED: [Denied; 12] = [
    Denied {
        kind: "identity",
        parts: "身份证 身分证 身份号 公民身份 证件号 证件编号 护照 社保号 社会保障号 社保卡 社保账 医保号 医保卡 通行证号 军官证 驾驶证 证件类型 身份id",
        words: "idcard idcardno idcardnumber idnumber idno identity identitycard identitynumber identityno citizenid nationalid passport passportno \
                socialsecurity shenfenzheng shenfenzhenghao sfz sfzh sfzhm zjhm ssn",
        whole: "证号",
    },
    Denied {
        kind: "telephone",
        parts: "电话 手机 联系方式 联系号码 座机 宅电 微信号 qq号 邮箱",
        words: "phone phoneno phonenumber telephone telephoneno telephonenumber tel telno mobileno mobilenumber mobilephone cellphone cellno wechat \
                wechatid email dianhua lianxidianhua shouji shoujihao lianxifangshi lxdh lxfs sjh sjhm dhhm",
        whole: "mobile 微信 qq",
    },
    Denied {
        kind: "home",
        parts: "住址 家庭地址 家庭详细 常住地址 房号 居住地 户籍地 户口所在 现住 门牌 籍贯",
        words: "homeaddress homeaddr residentialaddress addressofresidence placeofresidence hometown zhuzhi jiatingzhuzhi jiatingdizhi hujidi jtzz jtdz",
        whole: "",
    },
    Denied {
        kind: "name",
        parts: "姓名 名字 曾用名",
        words: "fullname personname personalname membername residentname contactname contactperson surname firstname lastname givenname familyname \
                xingming",
        whole: "xm 姓 人名 人员名称 花名册 党员花名册 支书 村支书 村书记 社区书记 党组织书记 联络人 联络员 负责同志 党员 联系人 负责人 负责人名称 法人 法人代表 法定代表人 经办人 填报人 填表人 书记 支部书记 党支部书记 副书记 第一书记 村主任 主任 \
                网格长 网格员 楼长 楼栋长 名单 党员名单 成员名单 人员名单 居民 村民 person contact resident",
    },
    Denied {
        kind: "household",
        parts: "户主 户号 户编号 户编码 户籍 户口 家庭成员 家庭人员 家庭人口 家庭编号 家庭情况 家庭住户",
        words: "householdid householdhead headofhousehold householder householdname familymember familymembers hhid hukou huzhu huhao huji",
        whole: "户 家庭 住户 农户 联系户 中心户 示范户 household family hh",
    },
    Denied { kind: "ethnicity", parts: "民族 族别", words: "ethnic ethnicity ethnicgroup minzu nationality", whole: "mz race" },
    Denied {
        kind: "faith",
        parts: "宗教 教派 信教 信仰 教徒 信众",
        words: "religion religions religious faith belief beliefs zongjiao xinyang",
        whole: "",
    },
    Denied {
        kind: "petition", parts: "信访 上访 访民 缠访 越级访", words: "petition petitions petitioner xinfang shangfang", whole: ""
    },
    Denied {
        kind: "health",
        parts: "健康 疾病 病史 病情 病种 患病 慢病 慢性病 残疾 体检 身体状况 病残 精神障碍 精神状况 精神病 怀孕 孕妇 疫苗 体温 血型",
        words: "health disease diseases disability disabled illness medical diagnosis vaccination vaccinated jiankang canji",
        whole: "",
    },
    Denied {
        kind: "hardship",
        parts: "贫困户 贫困人 贫困党员 困难户 困难群众 困难党员 困难职工 低保 五保 特困 脱贫户 监测户 建档立卡 留守 孤寡 空巢 监测对象",
        words: "poorhousehold poorhouseholds povertyhousehold dibao pinkunhu",
        whole: "",
    },
    Denied {
        kind: "person",
        parts: "性别 出生 生日 婚姻 婚育 文化程度 政治面貌 入党时间 入党日期 入党年月 黑名单 红黑榜 失信 重点人 特殊人群 社区矫正 刑满 刑释 吸毒 涉毒 前科 犯罪 邪教 行踪 轨迹 人脸 \
                指纹 虹膜 车牌 头像 照片 个人积分 党员积分 积分排名",
        words: "gender birth birthday birthdate dateofbirth dob blacklist criminal faceid fingerprint trajectory heimingdan xingbie chusheng csrq \
                licenseplate personalpoints",
        whole: "年龄 党龄 学历 转正时间 转正日期 工作单位及职务 sex age nl xb",
    },
    Denied {
        kind: "bank",
        parts: "银行卡 卡号 银行账 开户 一卡通 工资卡 存折",
        words: "bankcard bankcardno bankaccount cardno cardnumber accountno accountnumber iban yinhangka yinhangkahao kahao",
        whole: "账号 账户",
    },
];

/// Ways of working with households and persons that published material describes and this product
/// never models: no framework can declare them.
pub(super) const WAYS: [(&str, &str); 3] = [
    (
        "household",
        "联系户 一户一台账 一户一策 户台账 户积分 家庭积分 农户积分 到户台账 建房到户 搬迁到户 一户多宅 贷款到户 挂钩农户 帮扶户 中心户 三问三看 住户台账 贫困户点单",
    ),
    (
        "person",
        "婚丧报备 婚丧嫁娶 宴请申报 劝阻对象 点题人 意见人 诉求人 当事人 执法对象 七查三算 许愿人 心愿人 暂住 流动人口台账 不稳定因素 视频监控 路口监控 24小时监控 来访迹象 外出迹象 家庭物资 人员监控 人员排查 人员管控          困难群体 疫情行踪 密接 红黑 个人排名 党员排名 末位党员 帮扶对象",
    ),
    ("health", "核酸 隔离人员 发热"),
];

/// Longer words in which a denied part is harmless.
pub(super) const HARMLESS: &str = "建档立卡贫困村 民族乡 民族镇 民族村 民族县 民族团结 民族学校 民族中学 健康乡村 健康村 健康县 健康社区 卫生健康 户籍派出所 信访局 信访办 残疾人联合会";

/// The ten official kinds of a weak organisation (statistics of the Party, table 41): fixed texts that
/// may be answered yes or no, with nothing behind them.
pub(super) const KINDS: [&str; 10] = [
    "党组织班子配备不齐、书记长期缺职、工作处于停滞状态的",
    "党组织书记不胜任现职、工作不在状态、严重影响班子整体战斗力的",
    "班子不团结、内耗严重、工作不能正常开展的",
    "组织制度形同虚设、不开展党组织活动的",
    "换届选举拉票贿选问题突出的",
    "宗族宗教和黑恶势力干扰渗透严重的",
    "村务居务财务公开和民主管理混乱的",
    "社会治安问题和信访矛盾纠纷集中的",
    "无固定办公活动场所及便民服务设施的",
    "党组织服务意识差、服务能力弱、群众意见大的",
];

/// Endings that make a heading a count or a share; then these kinds do not hold.
pub(super) const COUNTED: [&str; 7] = ["数", "数量", "率", "占比", "比例", "count", "total"];
pub(super) const COUNTABLE: [&str; 3] = ["household", "name", "telephone"];

/// Latin words from this length on condemn a heading wherever they stand in it.
pub(super) const DISTINCTIVE_CHARS: usize = 8;

/// Labels of levels that are people or households.
pub(super) const LEVELS: &str = "家庭 居民 村民 党员 个人 人员 人口 成员 person people resident member individual";

/// Traditional characters and the simplified ones they are read as, every character of the words above
/// among them; a test holds this.
pub(super) const SIMPLIFIED: &str = "\
    證证 憑凭 電电 話话 機机 聯联 繫系 係系 號号 碼码 戶户 戸户 貧贫 難难 銀银 賬账 帳账 單单 訪访 殘残 別别 齡龄 黨党 員员 書书 記记 負负 責责 喪丧 個个 眾众 衆众 會会 體体 農农 軍军 況况 冊册 辦办 \
    務务 動动 勸劝 區区 醫医 歷历 曆历 發发 臺台 備备 頭头 婦妇 學学 對对 幫帮 開开 當当 懷怀 願愿 執执 護护 報报 掛挂 時时 暫暂 檔档 檢检 樓楼 棟栋 測测 溫温 滿满 點点 熱热 狀状 現现 監监 矯矫 礙碍 \
    離离 種种 積积 稱称 穩稳 類类 紅红 級级 組组 細细 織织 經经 絡络 編编 纏缠 網网 紋纹 羣群 職职 脫脱 臉脸 範范 見见 視视 訴诉 詳详 請请 貫贯 資资 蹤踪 車车 軌轨 轉转 遷迁 跡迹 郵邮 釋释 鈎钩 鉤钩 \
    長长 門门 問问 間间 題题 頻频 駛驶 駕驾 覈核 傢家 麼么 週周 產产 養养 領领 導导 與与 專专 業业 東东 黃黄 適适 選选";
