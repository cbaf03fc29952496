"""What the frameworks in use ask of the demo county, beside the numbers of make_demo.py: their further
indicators, enterprises and social organisations, regions, pairings, places and items of lists.

Everything is invented. Its own random numbers, so that a change here leaves the rest as it is.
"""
from datetime import date, timedelta

import numpy as np

YEARS = ["2023", "2024"]
QUARTERS = ["2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3"]
RECENT = QUARTERS[-2:]
MONTHS = ["2025-07", "2025-08", "2025-09"]
NOT_DUE = "不需报"


def dice(n):
    return np.random.Generator(np.random.PCG64([990121, n]))


class Asked:
    """Rows of the long table: unit, indicator, period, numerator, denominator, value, state."""

    def __init__(self, tree, numbers, zones):
        self.rng, self.rows = dice(1), []
        self.strength = numbers.strength
        self.zone_of = lambda u: zones.get(u["code"]) or zones.get(u["parent"], "")
        quiet = {r[0] for r in numbers.rows}
        self.villages = [u for u in tree.villages if u["code"] in quiet]     # who reports anything
        self.towns = sorted(tree.towns, key=lambda t: t["code"])
        self.a_year_before(numbers.rows)
        for u in self.villages:
            self.of_village(u, self.strength[u["code"]])
        income = {r[0]: float(r[5]) for r in numbers.rows if r[1] == "ECO-01" and r[2] == "2024" and r[5] != ""}
        for t in self.towns:
            mine = [u for u in self.villages if u["parent"] == t["code"]]
            self.of_town(t, mine, [income.get(u["code"], 0) for u in mine])
        self.score_cards()
        self.weak_and_models()

    def put(self, unit, indicator, period, value="", of="", state=""):
        num, den, value = (value, of, "") if of != "" else ("", "", value)
        self.rows.append((unit["code"], indicator, period, num, den, value, state))

    def each(self, unit, indicator, periods, value):
        """A value per period, the last one first given; a little is never reported."""
        for n, period in enumerate(periods):
            if self.rng.random() < 0.004:
                continue
            self.put(unit, indicator, period, value(n - len(periods) + 1))

    def yes(self, s, fail):
        """1, seldom 0, more often where things are weak."""
        return int(self.rng.random() >= fail * (1.6 - s))

    def a_year_before(self, rows):
        """The quarter and month a year before the last ones, a little worse than those after them."""
        for code, indicator, period, num, den, value, state in list(rows):
            if period not in ("2024Q4", "2024-10") or state == "" and num == "" and value == "":
                continue
            before = "2024Q3" if period == "2024Q4" else "2024-09"
            if num != "":
                num = max(int(num) - int(self.rng.binomial(int(den), 0.02)), 0)
            elif indicator == "SRV-01" and value != "":
                value = max(int(value) - int(self.rng.random() < 0.3), 0)
            self.rows.append((code, indicator, before, num, den, value, state))

    def of_village(self, u, s):
        rng, zone, last = self.rng, self.zone_of(u), YEARS[-1:]
        one = lambda i, value, periods=YEARS: self.each(u, i, periods, lambda _: value)
        # 五区
        channels = int(rng.integers(1, 4)) if self.yes(s, 0.008) else 0
        self.each(u, "COV-15", YEARS, lambda back: max(channels + min(back, 0) * int(rng.random() < 0.4), 0))
        hollow = int(rng.random() < (0.12 if s < 0.55 else 0.02))
        one("HOL-01", hollow, last)
        if hollow:
            one("HOL-02", self.yes(s, 0.2), last)
        else:
            self.put(u, "HOL-02", last[0], state=NOT_DUE)
        one("IND-01", int(rng.poisson(0.6 + 2.2 * s)))
        one("PUB-01", self.yes(s, 0.008))
        one("CUS-03", self.yes(s, 0.15))
        self.only(u, zone == "M", "PAS-01", lambda: (int(rng.integers(0, 3)), ""))
        cells = int(rng.integers(4, 15))
        self.only(u, zone == "L", "FOR-01", lambda: (int(rng.binomial(cells, 0.80 + 0.18 * s)), cells))
        self.only(u, zone == "L", "FOR-02", lambda: (int(rng.integers(0, 4)), ""))
        self.only(u, zone == "L", "FOR-03", lambda: (int(rng.integers(4, 25)), ""))
        # 十大行动
        idle = rng.random() < 0.006
        self.each(u, "ORG-05", MONTHS, lambda back: 0 if idle and back == 0 else int(rng.integers(1, 4)))
        orgs = 2 + int(rng.poisson(1 + 0.15 * u["grids"]))
        for n, year in enumerate(YEARS):
            self.put(u, "ORG-02", year, int(rng.binomial(orgs, 0.34 + 0.38 * s + 0.05 * n)), orgs)
            self.put(u, "DOC-01", year, int(rng.binomial(orgs, 0.62 + 0.36 * s)), orgs)
        acts = 5 + int(rng.poisson(1 + 3 * s)) if rng.random() > 0.012 else int(rng.integers(1, 5))
        one("ORG-07", acts)
        score = 68 + 24 * s + rng.normal(0, 4)
        self.each(u, "INS-01", RECENT, lambda back: f"{np.clip(score + rng.normal(0.6 * (back + 1), 1.5), 40, 99.5):.1f}")
        self.each(u, "ORG-09", RECENT, lambda back: int(s < 0.4 and rng.random() < 0.25) * (1 + int(rng.random() < 0.3)))
        for n, quarter in enumerate(RECENT):
            matters = int(rng.integers(4, 18))
            self.put(u, "TIM-01", quarter, int(rng.binomial(matters, 0.86 + 0.12 * s)), matters)
        late = rng.random() < 0.007
        self.each(u, "TIM-01N", MONTHS, lambda back: int(rng.integers(1, 4)) if late and back == 0 else 0)
        self.each(u, "ORG-19", YEARS, lambda back: int(np.clip(rng.normal(14 + 5 * s + back, 3), 4, 30)))
        one("PAY-01", self.yes(s, 0.12))
        # 五心
        nets = [self.yes(s, 0.002 if n == 0 else 0.003) for n in range(5)]
        for n, merged in enumerate(nets):
            self.put(u, f"NET-{n + 1}", last[0], merged)
        drop = int(rng.random() < 0.25)
        self.each(u, "COV-14", QUARTERS, lambda back: max(sum(nets) - drop * int(back < -1), 0))
        since = int(rng.integers(-9, 0))
        both = self.yes(s, 0.012)
        self.each(u, "ORG-01", QUARTERS, lambda back: int(both and back >= since))
        paired = self.yes(s, 0.010)
        self.each(u, "SRV-03", RECENT, lambda _: paired)
        self.each(u, "SRV-05", YEARS, lambda back: int(rng.poisson(5 + 7 * s + back)))

    def score_cards(self):
        """Points of townships as they gave them themselves and as checked, section by section; own random
        numbers. Two have not sent theirs, one left a section out, five were not checked."""
        rng = dice(8)
        for n, t in enumerate(self.towns):
            s = float(np.mean([self.strength[u["code"]] for u in self.villages if u["parent"] == t["code"]]))
            for year in YEARS:
                if n in (4, 15) and year == YEARS[-1]:
                    continue
                checked = year != YEARS[-1] or n not in (2, 7, 11, 12, 18)
                for k, full in enumerate((15, 25, 30, 30), start=1):
                    own = int(np.clip(round(full * (0.72 + 0.26 * s + rng.normal(0, 0.05))), 0, full))
                    if n == 9 and k == 3 and year == YEARS[-1]:
                        continue
                    self.put(t, f"PRF-{k}", year, own)
                    cut = int(rng.integers(1, 4)) if rng.random() < 0.35 else 0
                    if checked:
                        self.put(t, f"PRF-{k}C", year, max(own - cut, 0))

    def weak_and_models(self):
        """Kinds of weakness, routes of the herds, teams, stars and models; own random numbers."""
        rng, last = dice(9), YEARS[-1]
        for u in self.villages:
            s, zone = self.strength[u["code"]], self.zone_of(u)
            self.put(u, "GRD-01", last, u["grids"])
            self.put(u, "WEAK-1", last, int(s < 0.45 and rng.random() < 0.5))
            self.put(u, "WEAK-2", last, int(s < 0.40 and rng.random() < 0.5))
            self.put(u, "PAS-02", last, int(zone == "M" and rng.random() < 0.3))
            self.put(u, "FAC-08", last, int(rng.random() < 0.02))
            self.only(u, zone == "L", "FOR-04", lambda: (int(rng.integers(1, 4)), ""))
        for t in self.towns:
            scenic = any(self.zone_of(u) == "J" for u in self.villages if u["parent"] == t["code"])
            self.only(t, scenic, "SCN-04", lambda: (int(rng.random() < 0.8), ""))
            self.only(t, scenic, "SCN-05", lambda: (int(rng.integers(1, 6)), ""))
            self.only(t, scenic, "SCN-06", lambda: (int(rng.integers(2, 12)), ""))
            for year in YEARS:
                self.put(t, "ORG-04L", year, int(rng.integers(0, 9)))
                self.put(t, "STD-01", year, int(rng.integers(0, 4)))

    def only(self, u, due, indicator, make):
        """Asked where a kind of area is, and of nobody else."""
        if not due:
            self.put(u, indicator, YEARS[-1], state=NOT_DUE)
            return
        for year in YEARS:
            self.put(u, indicator, year, *make())

    def of_town(self, t, mine, income):
        rng, street = self.rng, t["name"].endswith("街道")
        s = float(np.mean([self.strength[u["code"]] for u in mine]))
        zones = {self.zone_of(u) for u in mine}
        members = int(rng.integers(520, 1_400))
        for n, year in enumerate(YEARS):
            self.put(t, "CUS-04", year, int(n == 1 and rng.random() < 0.85 or rng.random() < 0.5))
            for indicator, high in (("SCN-01", 9), ("SCN-02", 20), ("SCN-03", 4)):
                if "J" in zones:
                    self.put(t, indicator, year, int(rng.integers(1, high)))
                else:
                    self.put(t, indicator, year, state=NOT_DUE)
            if rng.random() > 0.05:
                self.put(t, "ORG-03", year, f"{float(np.clip(rng.normal(3.5, 2), 0, 9)):.1f}")
            self.put(t, "ECO-03", year, sum(x >= 10 for x in income) - int((1 - n) * rng.integers(0, 3)) if income else 0)
            starred = int(rng.integers(2, 15))
            self.put(t, "ORG-04", year, starred, starred + 1 + t["code"].encode()[-1] % 7)
            self.put(t, "ORG-04N", year, int(rng.integers(25, 130)))
            self.put(t, "ORG-11", year, int(rng.random() < 0.3))
            self.put(t, "SRV-11", year, int(rng.binomial(members, 0.07 + 0.05 * s)), members)
            self.put(t, "SIZ-01", year, max(int(street) * 2 - n, 0))
            self.put(t, "FAC-07A", year, int(street) + n)
            self.put(t, "FAC-07B", year, int(rng.integers(0, 3)) + n)
        for quarter in RECENT:
            self.put(t, "CHN-01", quarter, int(rng.integers(0, 4)))
            needs = int(rng.integers(3, 20))
            self.put(t, "ENT-01", quarter, int(rng.binomial(needs, 0.70 + 0.25 * s)), needs)
            if street:
                self.put(t, "SRV-13", quarter, int(rng.integers(1, 4)))
            else:
                self.put(t, "SRV-13", quarter, state=NOT_DUE)


def corrections(rows):
    """What was found wrong of older periods after the newest ones had come: rows as they should have been."""
    rng, out = dice(7), []
    of = lambda indicator, period: [r for r in rows if r[1] == indicator and r[2] == period and len(r[0]) > 9 and (r[3], r[5]) != ("", "")]
    grids, after = of("COV-10", "2025Q2"), {r[0]: r[3] for r in of("COV-10", "2025Q3")}
    for wrong, right, count in ((0, 1, 11), (1, 0, 3)):
        held = [r for r in grids if r[3] == wrong and after.get(r[0]) == right]
        for n in sorted(rng.permutation(len(held))[:count]):
            code, indicator, period = held[int(n)][:3]
            out.append((code, indicator, period, right, 1, "", ""))
    villages = of("COV-13", "2025Q2")
    for n in sorted(rng.permutation(len(villages))[:6]):
        code, indicator, period, num, den = villages[int(n)][:5]
        out.append((code, indicator, period, max(int(num) - 1, 0), den, "", ""))
    incomes = of("ECO-01", "2023")
    for n in sorted(rng.permutation(len(incomes))[:5]):
        code, indicator, period, _, _, value, _ = incomes[int(n)]
        out.append((code, indicator, period, "", "", f"{float(value) * float(rng.uniform(0.6, 0.9)):.1f}", ""))
    return out


STEMS = ["禾丰", "青禾", "云台", "南渠", "锦程", "玉泉", "兴业", "滨河", "丰泽", "瑞景", "柳溪", "槐荫", "双庙", "红崖", "雁鸣", "松涛", "永平", "白杨", "三汊", "桃坪", "沙梁", "北辰", "同心", "金禾", "远山", "绿洲"]
TRADES = ["农机", "面业", "建材", "物流", "商贸", "饮品", "纺织", "电商", "种业", "物业", "果品冷链", "牧业", "药材加工", "包装", "机械", "文旅", "环保科技", "食品", "粮油", "新能源"]
CIRCLES = ["果业协会", "养殖协会", "商会", "电商协会", "志愿服务中心", "养老服务中心", "老年体育协会", "文化交流协会", "餐饮协会", "农技服务中心", "法律服务中心", "社会工作服务中心"]
BANDS = ["<3", "3–6", "7–50"]
ENTITY_HEAD = ["编码", "名称", "类型", "所在网格", "覆盖状态", "职工数", "党员规模档", "指导员"]


class Registers:
    """Entities, regions, links, places, items. `at` gives the position of a unit, degrees; `branches` are the
    rows of their table."""

    def __init__(self, tree, zones, at, branches):
        self.tree, self.zones, self.at, self.branches = tree, zones, at, branches
        self.zone_of = lambda u: zones.get(u["code"]) or zones.get(u["parent"], "")
        self.villages = [u for u in tree.villages if not u.get("table")]
        self.town = {t["code"]: t for t in tree.towns}
        self.city = [u for u in self.villages if u["name"].endswith("社区")]
        self.rural = [u for u in self.villages if not u["name"].endswith("社区")]

    def tables(self):
        yield "entities", ENTITY_HEAD, self.entities(dice(2))
        yield "regions", ["片区名称", "片区类型", "成员", "牵头组织"], self.regions(dice(3))
        yield "links", ["结对类型", "结对单位", "村", "结对时间", "到期时间", "本年活动次数", "成效"], self.links(dice(4))
        yield "places", ["站点编号", "站点名称", "类型", "所在村", "经度", "纬度", "WKT", "面积（㎡）", "达标情况", "开放月份"], self.places(dice(5))
        yield "items", ["条目号", "清单", "内容", "村", "类别", "提出组织", "办理状态", "提出时间", "期限", "办结时间", "金额（万元）", "对接条目"], self.items(dice(6))

    def entities(self, rng):
        grids = {}
        for g in self.tree.grids:
            grids.setdefault(g["parent"], []).append(g["code"])
        parks = [u for u in self.villages if self.zone_of(u) == "Y"]
        rows, named = [], set()
        for kind, count in (("非公企业", 176), ("社会组织", 68)):
            while count:
                home = (parks if rng.random() < 0.35 else self.city if rng.random() < 0.7 else self.rural)
                u = home[int(rng.integers(len(home)))]
                stem = STEMS[int(rng.integers(len(STEMS)))]
                name = f"{stem}{TRADES[int(rng.integers(len(TRADES)))]}有限公司" if kind == "非公企业" else f"{stem}{CIRCLES[int(rng.integers(len(CIRCLES)))]}"
                if name in named:
                    continue
                named.add(name)
                count -= 1
                staff = int(np.clip(rng.lognormal(3.3 if kind == "非公企业" else 2.5, 0.95), 3, 640))
                line = 100 if kind == "非公企业" else 30
                big = staff >= line
                words = ["单独建立", "联合", "应建未建", "仅有个别党员", "没有党员"]
                state = words[int(rng.choice(5, p=[0.74, 0.14, 0.12, 0, 0] if big else [0.26, 0.40, 0.0, 0.16, 0.18]))]
                band = BANDS[{"单独建立": 1 + int(big or rng.random() < 0.4), "联合": int(rng.random() < 0.06), "应建未建": 1}.get(state, 0)]
                organised = state in ("单独建立", "联合")
                sent = "有" if rng.random() < (0.3 if organised else 0.95) else "无"
                if rng.random() < 0.008:
                    state = ""                                                # the office has not said
                grid = grids[u["code"]][int(rng.integers(len(grids[u["code"]])))]
                rows.append((f"{'E' if kind == '非公企业' else 'S'}{len(rows) + 1:04d}", name, kind, grid, state, staff, band, sent))
        return rows

    def regions(self, rng):
        near = lambda place, n: sorted(self.villages, key=lambda u: sum((a - b) ** 2 for a, b in zip(self.at(u), place)))[:n]
        def along(line, width):
            out = []
            for u in self.villages:
                x, y = self.at(u)
                if any(abs(x - px) < width and abs(y - py) < width for px, py in line):
                    out.append(u)
            return out
        lon, lat = np.mean([self.at(u) for u in self.villages], axis=0)
        river = [(lon + d, lat - 0.10 - 0.06 * d) for d in np.arange(-0.28, 0.30, 0.02)]
        scenic = [u for u in self.villages if self.zone_of(u) == "J"]
        fruit = [self.rural[int(n)] for n in sorted(rng.permutation(len(self.rural))[:14])]
        whole = [("青禾河流域", "流域", along(river, 0.016)), ("雁鸣湖—青石峡大景区", "景区", scenic), ("苹果产业链", "产业链", fruit),
                 ("东部片区", "片", near((lon + 0.22, lat), 24)), ("北山联村", "联村", near((lon - 0.05, lat + 0.17), 6))]
        rows = []
        for name, kind, members in whole:
            lead = self.town[members[0]["parent"]]
            for u in members:
                rows.append((name, kind, u["code"], f"{lead['code']}00001"))
        return rows + self.groups(dice(9))

    def groups(self, rng):
        """1+X: a community's organisation and the branches around it, some of them of the villages beside it. Not
        every community has one, and some branches stand outside."""
        rows, taken = [], set()
        kinds = ("党支部", "功能型党支部", "联合党支部")
        of = {}
        for row in self.branches:
            of.setdefault(row[4][:12], []).append(row)
        for n, u in enumerate(u for u in self.city if u["parent"][6] == "0"):
            own = [r for r in of.get(u["code"], []) if r[3] == "社区"]
            if n % 5 == 3 or not own:
                continue
            one, around = own[0], own[1:]
            x, y = self.at(u)
            for v in sorted(self.rural, key=lambda v: (self.at(v)[0] - x) ** 2 + (self.at(v)[1] - y) ** 2)[:2]:
                around = around + [r for r in of.get(v["code"], [])[1:] if r[2] == "联合党支部" or rng.random() < 0.2]
            for row in around:
                if row[2] in kinds and row[0] not in taken and rng.random() > 0.10:
                    taken.add(row[0])
                    rows.append((f"{u['name']}党建共同体", "1+X党建共同体", row[0], one[0]))
        return rows

    def links(self, rng):
        offices = [f"县{word}局" for word in ["财政", "教育", "民政", "住建", "交通", "水务", "农业农村", "商务", "文旅", "卫健", "审计", "统计", "林草", "发改", "市场监管", "自然资源", "生态环境", "人社", "司法", "应急"]]
        offices += [f"县{word}" for word in ["委办公室", "委宣传部", "委统战部", "政府办公室", "总工会", "妇联", "科协", "残联", "融媒体中心", "供销社"]]
        rows, day = [], lambda year: str(date(year, 1, 1) + timedelta(int(rng.integers(60, 330))))
        for n, u in enumerate(self.city):
            if rng.random() < 0.93:
                rows.append(("区直部门结对联系包抓社区", offices[n % len(offices)], u["code"], day(2024), "", int(rng.integers(1, 8)), ""))
        for n in sorted(rng.permutation(len(self.rural))[:46]):
            u, few = self.rural[int(n)], rng.random() < 0.09
            acts = int(rng.integers(1, 5)) if few else 5 + int(rng.poisson(1.5))
            gain = f"{float(rng.uniform(2, 30)):.1f}万元" if rng.random() < 0.5 else "新建冷库1座" if rng.random() < 0.3 else ""
            rows.append(("贫困村党支部与帮扶单位结对联建", offices[int(rng.integers(len(offices)))], u["code"], day(2023), "2026-12-31", acts, gain))
        strong = [self.rural[int(n)] for n in sorted(rng.permutation(len(self.rural))[:12])]
        weak = [u for u in self.rural if u not in strong]
        for u in strong:
            other = weak[int(rng.integers(len(weak)))]
            rows.append(("强村带弱村", f"{u['name']}党支部", other["code"], day(2024), "", int(rng.integers(0, 6)), ""))
        for u in [u for u in self.villages if self.zone_of(u) == "L"][::5]:
            rows.append(("场站村联建", "松涛林场" if rng.random() < 0.5 else "东坪林场", u["code"], day(2024), "", int(rng.integers(1, 5)), ""))
        more = dice(12)
        spare = lambda n: [self.rural[int(k)] for k in sorted(more.permutation(len(self.rural))[:n])]
        for n, u in enumerate(spare(18)):
            rows.append(("城乡结对共建", f"{self.city[(3 * n) % len(self.city)]['name']}党组织", u["code"], str(date(2024, 3, 1) + timedelta(int(more.integers(0, 300)))), "", int(more.integers(1, 7)), ""))
        for n, u in enumerate(spare(12)):
            rows.append(("村企联建", f"{STEMS[n]}{TRADES[n]}有限公司党支部", u["code"], str(date(2024, 5, 1) + timedelta(int(more.integers(0, 300)))), "", int(more.integers(1, 5)), f"{float(more.uniform(1, 15)):.1f}万元"))
        seen, out = set(), []
        for row in rows:
            if row[:3] not in seen:
                seen.add(row[:3])
                out.append(row)
        return out

    def places(self, rng):
        rows = []
        def add(name, kind, u, area="", state="", season="", line=None):
            x, y = self.at(u)
            shape = "" if line is None else "LINESTRING (" + ", ".join(f"{a:.5f} {b:.5f}" for a, b in line) + ")"
            lon, lat = (f"{x + rng.normal(0, 0.002):.5f}", f"{y + rng.normal(0, 0.002):.5f}") if line is None else ("", "")
            rows.append((f"P{len(rows) + 1:03d}", name, kind, u["code"], lon, lat, shape, area, state, season))
        for t in sorted(self.tree.towns, key=lambda t: t["code"]):
            hub = next(u for u in self.villages if u["parent"] == t["code"])
            area = int(rng.integers(220, 900))
            add(f"{t['name']}党群服务中心", "党群服务中心", hub, area, "达标" if area >= 300 else "待改")
        herds = [u for u in self.villages if self.zone_of(u) == "M"]
        for n, u in enumerate(herds[::4][:9]):
            add(f"{u['name'].removesuffix('村')}转场服务站", "游牧转场服务站", u, 60 + 5 * n, "达标", "5月-10月")
        for u in [u for u in self.villages if self.zone_of(u) == "J"]:
            add(f"{u['name'].removesuffix('村')}景区服务点", "景区服务点", u, "", "", "4月-10月" if rng.random() < 0.6 else "")
        summer, winter = [self.at(u) for u in herds[2::7]], self.at(herds[0])
        self.rooms(dice(10), add)
        add("夏牧场转场路", "转场路线", herds[0], line=[winter] + sorted(summer, key=lambda p: (p[0] - winter[0]) ** 2 + (p[1] - winter[1]) ** 2)[:5], season="5月-10月")
        return rows

    def rooms(self, rng, add):
        """Rooms of communities and of some villages: as large as the units say themselves."""
        def state(area, least):
            if area == "":
                return ""
            if area >= least:
                return "达标"
            return "改造中" if rng.random() < 0.4 else "待改"
        for u in self.city:
            area = "" if u.get("area") is None else u["area"]
            add(f"{u['name'].removesuffix('社区')}社区党群服务站", "社区党群服务站", u, area, state(area, 300))
        some = [self.rural[int(n)] for n in sorted(rng.permutation(len(self.rural))[:40])]
        for n, u in enumerate(some):
            if n % 8 == 5:
                add(f"{u['name'].removesuffix('村')}旧村部", "村级活动阵地", u, int(rng.integers(40, 120)), "闲置")
            else:
                area = "" if u.get("area") is None or rng.random() < 0.06 else u["area"]
                add(f"{u['name']}活动阵地", "村级活动阵地", u, area, state(area, 200) if rng.random() < 0.95 else "")

    def items(self, rng):
        park = [u for u in self.villages if self.zone_of(u) == "Y"]
        rows, states = [], ["提出", "对接", "立项", "完成", "评价"]
        def add(code, of, text, u, kind, organisation, state, since="", due="", done="", amount="", match=""):
            rows.append((code, of, text, u["code"], kind, organisation, state, since, due, done, amount, match))
        wants = [("用工缺口30人", "用工"), ("厂区道路硬化", "设施"), ("贷款续期", "融资"), ("变压器增容", "设施"), ("冷链车辆", "物流"), ("产品进商超", "市场"), ("职工子女入学", "服务"), ("排污管网接入", "设施")]
        means = [("春风行动招聘会", "用工"), ("县级技改资金", "设施"), ("信用贷款直通车", "融资"), ("冷链物流园泊位", "物流"), ("农超对接会", "市场")]
        for n in range(24):
            text, kind = wants[n % len(wants)]
            at, state = int(rng.integers(0, 200)), states[int(rng.choice(5, p=[0.2, 0.25, 0.2, 0.2, 0.15]))]
            since = date(2025, 1, 15) + timedelta(at)
            due = since + timedelta(int(rng.integers(40, 200)))
            done = str(min(due, date(2025, 9, 20))) if state in ("完成", "评价") else ""
            u = park[int(rng.integers(len(park)))]
            answer = next((f"Z{m + 1:03d}" for m, (_, k) in enumerate(means) if k == kind and state != "提出"), "")
            stem = STEMS[int(rng.integers(len(STEMS)))]
            add(f"Q{n + 1:03d}", "企业需求清单", text, u, kind, f"{stem}{TRADES[int(rng.integers(len(TRADES)))]}有限公司党支部", state, str(since), str(due), done, "", answer)
        for n, (text, kind) in enumerate(means):
            add(f"Z{n + 1:03d}", "资源项目清单", text, park[n % len(park)], kind, "县工业园区党工委", states[1 + n % 3], "2025-03-01", "2025-12-20", "", 10 + 15 * n)
        for n, text in enumerate(["技改贴息", "稳岗返还", "首贷贴息"]):
            add(f"C{n + 1:03d}", "政策支持清单", text, park[n], "政策", "县工业园区党工委", "")
        for n, text in enumerate(["楼院停车位划线", "早市摊位迁移", "老旧小区加装充电桩", "社区食堂选址", "文化广场灯光改造"]):
            u = self.city[int(rng.integers(len(self.city)))]
            state = ["议定", "办理", "销号"][n % 3]
            add(f"Y{n + 1:03d}", "联席会议议定事项", text, u, "议定事项", "街道联席会议", state, f"2025-0{4 + n}-10", f"2025-{8 + n:02d}-30", "2025-09-10" if state == "销号" else "")
        self.points(add)
        self.matters(dice(11), add)
        return rows

    def points(self, add):
        """Stations, fire cells and service points: lists without states."""
        of = lambda zone: [u for u in self.villages if self.zone_of(u) == zone]
        stem = lambda u: u["name"].removesuffix("村").removesuffix("社区")
        for n, u in enumerate(of("M")[::4][:9]):
            add(f"F{n + 1:03d}", "游牧转场服务站", f"{stem(u)}转场服务站", u, "服务站", f"{u['name']}党支部", "")
        for n, u in enumerate(of("L")[::6][:12]):
            add(f"H{n + 1:03d}", "防火格", f"{stem(u)}第1防火格", u, "防火", "松涛林场", "")
        for n, u in enumerate(of("J")):
            add(f"J{n + 1:03d}", "景区服务点", f"{stem(u)}景区服务点", u, "服务点", f"{u['name']}党支部", "")

    def matters(self, rng, add):
        """Matters of the township's 1-3-7-10 way: to be passed on within a day, answered within three …"""
        texts = [("村道塌方", "重大"), ("水渠渗漏", "一般"), ("广场照明", "一般"), ("公交站点迁移", "一般"), ("垃圾清运点", "一般"), ("河道清淤", "重大"), ("卫生厕所改造", "一般"), ("路灯缺失", "一般")]
        states = ["受理", "部署", "反馈", "落实", "销号"]
        for n in range(16):
            text, kind = texts[n % len(texts)]
            u, state = self.rural[int(rng.integers(len(self.rural)))], states[int(rng.choice(5, p=[0.1, 0.15, 0.15, 0.15, 0.45]))]
            since = date(2025, 9, 1) + timedelta(int(rng.integers(0, 68)))
            done = str(since + timedelta(int(rng.integers(3, 11)))) if state == "销号" else ""
            add(f"S{n + 1:03d}", "13710事项", text, u, kind, self.town[u["parent"]]["name"] + "党委", state, "" if n == 6 else str(since), "", done)
