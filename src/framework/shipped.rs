//! The frameworks that come with the program: every file of `data/frameworks`.

use super::Source;

/// Id and text of each; a test holds the list against the folder.
macro_rules! shipped {
    ($($id:literal)*) => {
        /// `(id, text)`, in the order of the ids.
        pub const ALL: &[(&str, &str)] =
            &[$(($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/frameworks/", $id, ".toml")))),*];
    };
}

shipped! {
    "anning-wubu"
    "anning-wuxin"
    "baiyin-liudong"
    "baoji-baijia"
    "base"
    "changzhou-dishui"
    "chengguan-wuding"
    "dali-silun"
    "dayu-yiti-siyi"
    "fengxian-wugong"
    "fupin-jinrong"
    "fupin-jixiao"
    "gannan-liangge-fugai"
    "gansu-linzhang"
    "gansu-wuqu"
    "gouqi-chanye"
    "guoqi-dangjian"
    "huancui-3jia1"
    "hujiang-chuangke"
    "huzhang-shida"
    "jiangan-pian-tuan-xian"
    "jinta-zongheti"
    "liaoning-gubenqiangji"
    "lucheng-shehuihua"
    "luxi-sijianchi"
    "nanmei-shuangtuijin"
    "qianxian-chengguan"
    "qingfeng"
    "qinghe"
    "qingyang-duiwu"
    "qingyang-gongjian"
    "qingyang-guanchadian"
    "qingyang-lingyu"
    "qingyang-wangge"
    "qingyang-zhili"
    "qingyang-zonghe"
    "renju-huanjing"
    "shaoxing-wuxing-3a"
    "shuiyun-wudu"
    "suibin-sanliang"
    "sumatou-renwen"
    "tangyue"
    "weixin-shuangtuijin"
    "wuda-ketang"
    "xinyuan-3jia"
    "xishui-sigong"
    "xundian-yizhou-siwang"
    "yongchun-1x"
    "yueyang-xinfeng"
    "zhaotong-sichou"
}

/// The shipped framework of an id.
#[must_use]
pub fn find(id: &str) -> Option<Source> {
    let (_, text) = ALL.iter().find(|(known, _)| *known == id)?;
    Some(Source { file: format!("{id}.toml"), text: (*text).to_owned() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/frameworks");
        let names = std::fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").path());
        let mut ids: Vec<String> = names
            .filter(|p| p.extension().is_some_and(|e| e == "toml"))
            .map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        ids.sort();
        assert_eq!(ALL.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    }
}
