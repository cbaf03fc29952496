#!/usr/bin/env python3
"""Makes the demo county: boundaries (maps/*.geojson), tables (data/*.csv) and maps/manifest.toml.

    python3 tests/tools/make_demo.py [project folder]

Everything is invented: names, borders, organisations and numbers. No code belongs to a real
place (prefix 99) and the county is drawn over uninhabited land, so that no real place gets a
value. Same numpy and scipy, same bytes. Needs numpy and scipy, nothing else.

Borders: seeds, denser in the valley and in the towns, give Voronoi cells; every edge between two
cells is made jagged once and that one polyline is used by both neighbours and by every parent
whose border runs there, so borders are shared vertex for vertex. Villages and townships are
regions grown over the graph of neighbours; climbing costs more, so borders follow the ridges.

Numbers: one "strength" per village from height, distance to the county seat and township, which
all tables share; so maps of different indicators agree with each other as real ones do.
"""
import csv
import hashlib
import heapq
import json
import math
import os
import sys
from datetime import date, timedelta

import numpy as np
from scipy.spatial import Voronoi, cKDTree

from demo_tables import Asked, Registers, corrections

SEED = 990121
AREA_KM2 = 2_700.0
TOWNS, VILLAGES, GRIDS = 20, 298, 2_478      # with boundaries
NULL_GRIDS = 12                              # in the layer, without geometry
TABLE_VILLAGES, TABLE_GRIDS = 2, 10          # in the unit table only
LON0_DEG, LAT0_DEG = 91.6, 36.4              # middle of the county; nobody lives there
KM_PER_DEG_LAT = 110.95
KM_PER_DEG_LON = 111.32 * math.cos(math.radians(LAT0_DEG))
POINTS_PER_EDGE = 6.6                        # about 40 vertices a grid
DECIMALS = 6                                 # 0.1 m
COUNTY = "990121"

STREETS = ["云台街道", "禾兴街道", "南渠街道"]
MARKETS = ["柳泉镇", "槐安镇", "三汊镇", "桃坪镇", "白杨渡镇", "河口镇", "沙梁镇", "永平堡镇", "双庙镇", "红崖镇"]
UPLANDS = ["青石岭乡", "落雁坪乡", "松树岔乡", "黑水沟乡", "牧马滩乡", "鹰嘴山乡", "老林乡"]
PASTURE = {"落雁坪乡", "黑水沟乡", "牧马滩乡"}
FOREST = {"青石岭乡", "松树岔乡", "鹰嘴山乡", "老林乡"}
RARE = ["𠅤家湾村", "㙟坪村", "䥽厂村", "𣲗水村", "㟃头村", "𡐓上村"]

rng = np.random.Generator(np.random.PCG64(SEED))


# ---- the land ----------------------------------------------------------------------------------
def height_m(p, radius):
    """Mountains in the north-west, a valley from west to east in the south."""
    x, y = p[:, 0] / radius, p[:, 1] / radius
    slope = 1 / (1 + np.exp(-(y - 0.45 * x) * 3.2))
    ridge = 0.18 * np.sin(3.1 * x + 1.7 * y + 0.6) + 0.12 * np.sin(5.3 * y - 2.2 * x)
    valley = np.exp(-(((y + 0.38 + 0.12 * np.sin(3 * x)) / 0.16) ** 2))
    return 1_150 + 950 * np.clip(slope + ridge * slope, 0, 1.3) - 120 * valley


def seeds(radius):
    """Seed points in a box around the county, evened out by density."""
    box = 1.7 * radius
    n = int(GRIDS * (2 * box) ** 2 / AREA_KM2 * 1.1)
    towns = rng.uniform(-0.95 * radius, 0.95 * radius, (26, 2))
    many = rng.uniform(-box, box, (n * 40, 2))
    weight = 1.25 - 0.75 * (height_m(many, radius) - 1_030) / 1_200
    for t in towns:
        weight += 3.0 * np.exp(-((many - t) ** 2).sum(1) / (2 * (0.055 * radius) ** 2))
    seat = np.array([0.22, -0.36]) * radius
    weight += 6.0 * np.exp(-((many - seat) ** 2).sum(1) / (2 * (0.075 * radius) ** 2))
    many = many[rng.uniform(0, weight.max(), len(many)) < weight]
    p = many[rng.permutation(len(many))[:n]].copy()
    for _ in range(6):                       # k-means: even cells that follow the density
        _, own = cKDTree(p).query(many)
        size = np.bincount(own, minlength=len(p))
        for axis in (0, 1):
            mean = np.bincount(own, many[:, axis], len(p)) / np.maximum(size, 1)
            p[:, axis] = np.where(size > 0, mean, p[:, axis])
    return p, seat


def outline(p, radius):
    """Distance from the middle in units of an irregular outline."""
    k = np.arange(2, 11)
    size, turn = 0.23 / k * rng.uniform(0.6, 1.4, k.size), rng.uniform(0, 2 * np.pi, k.size)
    angle = np.arctan2(p[:, 1], p[:, 0])
    edge = 1 + (size * np.cos(np.outer(angle, k) + turn)).sum(1)
    return np.hypot(p[:, 0] / 1.18, p[:, 1] / 0.86) / (radius * edge)


def innermost(score, ridges, n):
    """The n cells reached first from the middle: one connected piece."""
    near = {}
    for a, b in ridges:
        near.setdefault(int(a), []).append(int(b))
        near.setdefault(int(b), []).append(int(a))
    start = int(np.argmin(score))
    seen, heap, out = {start}, [(0.0, start)], []
    while heap and len(out) < n:
        _, i = heapq.heappop(heap)
        out.append(i)
        for j in near[i]:
            if j not in seen:
                seen.add(j)
                heapq.heappush(heap, (float(score[j]), j))
    return np.array(sorted(out))


def grow(n, xy, near, climb):
    """n connected regions over a graph, from evened-out sources; climbing costs extra."""
    c = xy[rng.permutation(len(xy))[:n]].copy()
    for _ in range(12):
        _, own = cKDTree(c).query(xy)
        size = np.bincount(own, minlength=n)
        for axis in (0, 1):
            c[:, axis] = np.where(size > 0, np.bincount(own, xy[:, axis], n) / np.maximum(size, 1), c[:, axis])
    tree, used, heap = cKDTree(xy), set(), []
    for unit in range(n):
        for i in np.atleast_1d(tree.query(c[unit], k=12)[1]):
            if int(i) not in used:
                used.add(int(i))
                heapq.heappush(heap, (0.0, int(i), unit))
                break
    pace = rng.uniform(0.75, 1.35, n)
    own = np.full(len(xy), -1)
    while heap:
        d, i, unit = heapq.heappop(heap)
        if own[i] >= 0:
            continue
        own[i] = unit
        for j in near[i]:
            if own[j] < 0:
                step = math.hypot(*(xy[i] - xy[j])) * pace[unit] + abs(climb[i] - climb[j]) * 0.004
                heapq.heappush(heap, (d + step, j, unit))
    assert len(set(own)) == n
    return own


def lift(own, n, xy, near, climb):
    """Middle, neighbours and height of the regions."""
    size = np.bincount(own, minlength=n)
    mid = np.column_stack([np.bincount(own, xy[:, a], n) / size for a in (0, 1)])
    sets = [set() for _ in range(n)]
    for i, js in enumerate(near):
        for j in js:
            if own[i] != own[j]:
                sets[own[i]].add(int(own[j]))
    return mid, [sorted(s) for s in sets], np.bincount(own, climb, n) / size


def jagged(v0, v1, a, b, levels):
    """Points strictly between v0 and v1 by midpoint displacement, kept inside the two triangles
    (site, v0, v1), so that no two borders can cross."""
    k = 2 ** levels
    off = np.zeros(k + 1)
    step, size = k, 0.30
    while step > 1:
        half = step // 2
        for m in range(half, k, step):
            off[m] = 0.5 * (off[m - half] + off[m + half]) + rng.normal(0, size)
        step, size = half, size * 0.55
    t = np.linspace(0, 1, k + 1)
    t[1:-1] += rng.uniform(-0.28, 0.28, k - 1) / k
    edge = v1 - v0
    length = math.hypot(*edge)
    along = edge / length
    across = np.array([-along[1], along[0]])

    def room(site):
        w = site - v0
        at, high = float(w @ along) / length, float(w @ across)
        up = np.where(at > 0, t / max(at, 1e-9), np.inf)
        down = np.where(at < 1, (1 - t) / max(1 - at, 1e-9), np.inf)
        return high * np.minimum(np.minimum(up, down), 1.0)

    ra, rb = room(a), room(b)
    off = np.clip(off * length * 0.5, 0.75 * np.minimum(ra, rb), 0.75 * np.maximum(ra, rb))
    return (v0 + t[:, None] * edge + off[:, None] * across)[1:-1]


def cell_area(v, cell):
    """Area of a Voronoi cell; its corners come in order."""
    at = v.vertices[v.regions[v.point_region[cell]]]
    return abs(twice_area(np.vstack([at, at[:1]]))) / 2


def lonlat(p):
    return np.round(np.column_stack([LON0_DEG + p[:, 0] / KM_PER_DEG_LON, LAT0_DEG + p[:, 1] / KM_PER_DEG_LAT]), DECIMALS)


class Land:
    """Cells, tree and borders."""

    def __init__(self):
        radius = math.sqrt(AREA_KM2 / math.pi)
        p, seat = seeds(radius)
        v = Voronoi(p)
        score = outline(p, radius)
        cells = innermost(score, v.ridge_points, GRIDS)
        inside = np.zeros(len(p), bool)
        inside[cells] = True
        leaf = np.full(len(p), -1)
        leaf[cells] = np.arange(GRIDS)
        # To the wanted area: everything grows together, so cells, order and outline stay.
        grow_by = math.sqrt(AREA_KM2 / sum(cell_area(v, i) for i in cells))
        p, seat, radius = p * grow_by, seat * grow_by, radius * grow_by
        v = Voronoi(p)
        self.xy = p[cells]
        near = [[] for _ in range(GRIDS)]
        for a, b in v.ridge_points:
            if inside[a] and inside[b]:
                near[leaf[a]].append(int(leaf[b]))
                near[leaf[b]].append(int(leaf[a]))
        high = height_m(self.xy, radius)
        self.village = grow(VILLAGES, self.xy, near, high)
        vxy, vnear, vhigh = lift(self.village, VILLAGES, self.xy, near, high)
        self.town = grow(TOWNS, vxy, vnear, vhigh * 1.5)
        self.town_xy, _, self.town_high = lift(self.town, TOWNS, vxy, vnear, vhigh)
        self.village_xy, self.village_high = vxy, vhigh
        self.seat, self.radius = seat, radius
        self._exclaves(near)
        self._borders(v, p, inside, leaf)

    def _exclaves(self, near):
        """Five grids belong to another village of their township, as happens after resettlement."""
        size, left = np.bincount(self.village), 5
        for i in rng.permutation(GRIDS):
            mine = self.village[i]
            around = {int(self.village[j]) for j in near[i]}
            other = [u for u in np.flatnonzero(self.town == self.town[mine]) if int(u) not in around and u != mine]
            if left and size[mine] > 6 and around == {int(mine)} and len(near[i]) > 3 and other:
                self.village[i] = other[0]
                left -= 1

    def _borders(self, v, p, inside, leaf):
        use = [k for k, (a, b) in enumerate(v.ridge_points) if inside[a] or inside[b]]
        ends = np.array([v.ridge_vertices[k] for k in use])
        assert (ends >= 0).all(), "an open cell at the outline: change SEED"
        length = np.hypot(*(v.vertices[ends[:, 1]] - v.vertices[ends[:, 0]]).T)

        def levels(unit):
            deep = np.clip(np.round(np.log2(np.maximum(length, 1e-9) / unit)), 0, 5).astype(int)
            return np.where(length < 0.06, 0, deep)

        low, top = 1e-3, 10.0
        for _ in range(50):
            mid = math.sqrt(low * top)
            low, top = (mid, top) if (2.0 ** levels(mid)).mean() > POINTS_PER_EDGE else (low, mid)
        deep = levels(top)
        self.nodes = lonlat(v.vertices)
        self.arcs = []                       # left cell, right cell, first node, last node, points between
        for n, k in enumerate(use):
            a, b = v.ridge_points[k]
            i, j = ends[n]
            v0, v1 = v.vertices[i], v.vertices[j]
            mid = lonlat(jagged(v0, v1, p[a], p[b], int(deep[n]))).tolist() if deep[n] else []
            cross = (v1[0] - v0[0]) * (p[a][1] - v0[1]) - (v1[1] - v0[1]) * (p[a][0] - v0[0])
            left, right = (a, b) if cross > 0 else (b, a)
            self.arcs.append((int(leaf[left]), int(leaf[right]), int(i), int(j), mid))

    def polygons(self, owner):
        """GeoJSON coordinates of every unit; `owner` maps a cell to its unit."""
        start = {}
        for left, right, i, j, mid in self.arcs:
            lu = owner[left] if left >= 0 else -1
            ru = owner[right] if right >= 0 else -1
            if lu == ru:
                continue
            if lu >= 0:
                start.setdefault(lu, {})[i] = (j, mid)
            if ru >= 0:
                start.setdefault(ru, {})[j] = (i, mid[::-1])
        out = {}
        for unit, arcs in start.items():
            shells, holes = [], []
            while arcs:
                first = node = next(iter(arcs))
                ring = []
                while True:
                    ring.append(self.nodes[node].tolist())
                    node, mid = arcs.pop(node)
                    ring.extend(mid)
                    if node == first:
                        break
                ring = [q for n, q in enumerate(ring) if q != ring[n - 1]]
                ring.append(ring[0])
                (shells if twice_area(ring) > 0 else holes).append(ring)
            shells.sort(key=lambda r: -twice_area(r))
            polys = [[s] for s in shells]
            for h in holes:
                home = [q for q in polys if within(h[0], q[0])] or polys[:1]
                home[-1].append(h)
            out[int(unit)] = polys
        return out


def twice_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))


def within(pt, ring):
    x, y = pt
    odd = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


# ---- names and codes ---------------------------------------------------------------------------
PLANTS = "柳 槐 杨 榆 桃 杏 梨 枣 松 柏 椿 桑 芦 荷 麻 黍".split()
FAMILIES = "吴 马 田 石 曹 贺 康 魏 尹 段 樊 雷 龚 窦 祁 苗 温 齐 毕 路 裴 屈 阎 邢".split()
COLOURS = "红 白 黑 青 黄 金 银".split()
PLACES = "湾 坪 沟 坝 岭 峪 堡 营 桥 洼 岔 梁 台 源 滩 崖 塬 渠 池 泉 井 寨 坡 川".split()
SIDES = "上 下 东 西 南 北 前 后 大 小 新 老".split()
CITY = "文昌 鼓楼 东关 西关 北门 滨河 迎宾 育才 锦绣 春晖 安居 和顺 永兴 兴业 朝阳 玉泉 桂苑 锦程 康乐 府前 丰泽 望岳 学府 南苑 新园 瑞景".split()


def village_names(n, used):
    pick = lambda words: words[rng.integers(len(words))]
    out = []
    while len(out) < n:
        kind = rng.integers(0, 7)
        stem = [lambda: pick(PLANTS) + "树" + pick(PLACES), lambda: pick(FAMILIES) + "家" + pick(PLACES),
                lambda: pick(SIDES) + pick(PLACES), lambda: pick(COLOURS) + pick(["土", "石", "沙", "崖"]) + pick(PLACES),
                lambda: pick(SIDES) + pick(FAMILIES) + "家" + pick(PLACES[:12]), lambda: pick(["三", "五", "七", "八", "双", "九"]) + pick(["里", "眼", "棵", "道"]) + pick(["坪", "井", "树", "梁", "桥", "沟"]),
                lambda: pick(PLANTS) + pick(["林", "花", "园"]) + pick(PLACES)][kind]()
        if stem + "村" not in used:
            used.add(stem + "村")
            out.append(stem + "村")
    return out


def clock(xy, middle):
    """Order of the codes: from the north, clockwise."""
    return np.argsort(np.arctan2(xy[:, 0] - middle[0], xy[:, 1] - middle[1]))


class Tree:
    """Codes, names and parents. `towns`, `villages` and `grids` are lists of dicts."""

    def __init__(self, land):
        far = np.hypot(*(land.town_xy - land.seat).T)
        street = list(np.argsort(far)[:3])
        rest = [t for t in np.argsort(-land.town_high) if t not in street]
        upland, market = rest[:7], rest[7:]
        name, code = {}, {}
        mouth = max(market, key=lambda t: land.town_xy[t][0] - land.town_xy[t][1])   # where the valley leaves, south-east
        others = [t for t in market if t != mouth]
        words = [w for w in MARKETS if w != "河口镇"]
        for order, names in ((street, STREETS), (others, words), (upland, UPLANDS)):
            at = np.array(order)
            for t, word in zip(at[clock(land.town_xy[at], land.seat)], names):
                name[int(t)] = word
        name[int(mouth)] = "河口镇"
        for first, words in ((1, STREETS), (100, MARKETS), (200, UPLANDS)):
            for n, word in enumerate(words):
                code[word] = f"{COUNTY}{first + n:03d}"
        self.towns = [{"code": code[name[t]], "name": name[t], "town": t} for t in range(TOWNS)]
        self.villages, self.grids = [], []
        used = {"上坝村"} | set(RARE)
        spare_city, rare = list(CITY), list(RARE)
        cells = [np.flatnonzero(land.village == v) for v in range(VILLAGES)]
        for t in sorted(range(TOWNS), key=lambda t: self.towns[t]["code"]):
            town, mine = self.towns[t], np.flatnonzero(land.town == t)
            mine = mine[clock(land.village_xy[mine], land.town_xy[t])]
            hub = min(mine, key=lambda v: math.hypot(*(land.village_xy[v] - land.town_xy[t])))
            urban = [v for v in mine if t in street and math.hypot(*(land.village_xy[v] - land.seat)) < 0.17 * land.radius]
            urban = urban or [hub]
            names = village_names(len(mine), used)
            c = w = 0
            for v in mine:
                if v in urban:
                    c += 1
                    last = f"{c:03d}"
                    if t in street and spare_city:
                        label = spare_city.pop(0) + "社区"
                    else:
                        label = town["name"].rstrip("乡镇").removesuffix("街道") + ("社区" if c == 1 else f"第{c}社区")
                else:
                    last, w = f"{200 + w:03d}", w + 1
                    label = names.pop()
                    if town["name"] == "河口镇" and last == "203":
                        label = "上坝村"
                    elif rare and town["name"] not in STREETS and last == "205":
                        label = rare.pop(0)
                self._village(land, town, int(v), town["code"] + last, label, cells[v])
        self._without_boundary()
        self.villages.sort(key=lambda u: u["code"])
        self.grids.sort(key=lambda u: u["code"])

    def _village(self, land, town, v, code, name, cells):
        order = cells[np.lexsort((land.xy[cells][:, 0], -land.xy[cells][:, 1]))]
        self.villages.append({"code": code, "name": name, "town": town["town"], "parent": town["code"], "village": v, "grids": len(order)})
        for n, cell in enumerate(order):
            self.grids.append({"code": f"{code}{n + 1:03d}", "name": f"第{n + 1}网格", "parent": code, "village": v, "town": town["town"], "cell": int(cell), "drawn": True, "table": False})

    def _without_boundary(self):
        """Grids of a market or an estate without a line on the map; two estates that only the table knows."""
        towns = {t["name"]: t for t in self.towns}
        big = sorted((u for u in self.villages if u["name"].endswith("社区")), key=lambda u: (-u["grids"], u["code"]))[:NULL_GRIDS]
        for u in big:
            u["grids"] += 1
            self.grids.append({"code": f"{u['code']}{u['grids']:03d}", "name": f"第{u['grids']}网格(商圈)", "parent": u["code"], "village": u["village"], "town": u["town"], "cell": None, "drawn": False, "table": False})
        for name, label in (("云台街道", "幸福苑安置社区"), ("槐安镇", "新民安置社区")):
            town = towns[name]
            code, like = town["code"] + "090", next(u for u in self.villages if u["parent"] == town["code"])
            n = TABLE_GRIDS // TABLE_VILLAGES
            self.villages.append({"code": code, "name": label, "town": town["town"], "parent": town["code"], "village": like["village"], "grids": n, "table": True})
            for k in range(n):
                self.grids.append({"code": f"{code}{k + 1:03d}", "name": f"第{k + 1}网格", "parent": code, "village": like["village"], "town": town["town"], "cell": None, "drawn": False, "table": True})


# ---- writing -----------------------------------------------------------------------------------
def write_layer(path, name, features):
    """One feature a line; an incomplete file can be seen in any editor."""
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write('{"type":"FeatureCollection","name":%s,"features":[\n' % json.dumps(name, ensure_ascii=False))
        for n, (props, polys) in enumerate(features):
            if polys is None:
                shape = "null"
            elif len(polys) == 1:
                shape = '{"type":"Polygon","coordinates":%s}' % rings(polys[0])
            else:
                shape = '{"type":"MultiPolygon","coordinates":[%s]}' % ",".join(rings(q) for q in polys)
            f.write(',\n' if n else "")
            f.write('{"type":"Feature","properties":%s,"geometry":%s}' % (json.dumps(props, ensure_ascii=False, separators=(",", ":")), shape))
        f.write("\n]}\n")


def rings(poly):
    return "[" + ",".join("[" + ",".join(f"[{x:.{DECIMALS}f},{y:.{DECIMALS}f}]" for x, y in ring) + "]" for ring in poly) + "]"


def write_table(path, head, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


# ---- numbers -----------------------------------------------------------------------------------
QUARTERS = ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]
MONTHS = [f"2024-{m:02d}" for m in (10, 11, 12)] + [f"2025-{m:02d}" for m in range(1, 10)]
LATE = {"黑水沟乡", "沙梁镇"}          # the last quarter came from few villages
SILENT = {"松树岔乡"}                  # nothing yet for the last two months


VALUES = ["单元编码", "指标", "期间", "分子", "分母", "数值", "状态"]


class Numbers:
    """All tables from one strength per village."""

    def __init__(self, land, tree):
        self.land, self.tree = land, tree
        self.town_of = {t["town"]: t for t in tree.towns}
        self.gain = {t: float(rng.normal(0.06, 0.05)) for t in range(TOWNS)}     # change over the year
        own = {t: float(rng.normal(0, 0.07)) for t in range(TOWNS)}
        self.strength = {}
        for u in tree.villages:
            v = u["village"]
            high = (land.village_high[v] - 1_050) / 1_050
            far = math.hypot(*(land.village_xy[v] - land.seat)) / land.radius
            base = 0.90 - 0.38 * high - 0.16 * far + own[u["town"]] + (0.06 if u["name"].endswith("社区") else 0)
            self.strength[u["code"]] = float(np.clip(base + rng.normal(0, 0.09), 0.08, 0.98))
        self.covered = {}
        self.rows = []

    def late(self, unit, n, periods):
        name = self.town_of[unit["town"]]["name"]
        if periods is QUARTERS:
            return n == 3 and name in LATE and rng.random() < 0.6
        return n >= 10 and name in SILENT

    def put(self, code, indicator, period, num="", den="", value="", state=""):
        self.rows.append((code, indicator, period, num, den, value, state))

    def coverage(self):
        keen = {u["code"]: float(rng.normal(0, 0.13)) for u in self.tree.villages}
        for g in self.tree.grids:
            s = self.strength[g["parent"]]
            u, mute = rng.random(), rng.random() < 0.012
            late = {n: self.late(g, n, QUARTERS) for n in range(4)}
            for n, q in enumerate(QUARTERS):
                p = np.clip(0.20 + 0.76 * s + keen[g["parent"]] + self.gain[g["town"]] * (n - 3) / 3, 0.02, 0.99)
                has = int(u < p)
                self.covered[g["code"], n] = has
                if mute or late[n]:
                    continue
                self.put(g["code"], "COV-10", q, has, 1)
        for word, extra in (("柳泉镇", 4), ("红崖镇", 7), ("三汊镇", 0), ("牧马滩乡", 5)):   # said so by themselves
            town = next(t for t in self.tree.towns if t["name"] == word)
            mine = [g["code"] for g in self.tree.grids if g["town"] == town["town"]]
            num = min(sum(self.covered[c, 3] for c in mine) + extra, len(mine))
            self.put(town["code"], "COV-10", "2025Q3", num, len(mine))

    def villages(self):
        grids = {}
        for g in self.tree.grids:
            grids.setdefault(g["parent"], []).append(g["code"])
        silent = {u["code"] for u in self.tree.villages if rng.random() < 0.015}
        for u in self.tree.villages:
            code, s, gain = u["code"], self.strength[u["code"]], self.gain[u["town"]]
            city = u["name"].endswith("社区")
            if code in silent:
                continue
            self.income(u, s, city)
            self.premises(u, s, city)
            for n, q in enumerate(QUARTERS):
                if self.late(u, n, QUARTERS):
                    if rng.random() < 0.3:
                        self.put(code, "COV-12", q)          # the row came, the number did not
                    continue
                self.put(code, "COV-12", q, value=sum(1 - self.covered[g, n] for g in grids[code]))
                den = len(grids[code])
                self.put(code, "COV-13", q, int(rng.binomial(den, np.clip(0.62 + 0.36 * s + gain * (n - 3) / 3, 0, 0.995))), den)
                if city:
                    self.put(code, "SRV-01", q, value=int(rng.poisson(1.5 + 5 * s + n * 0.4)))
                else:
                    self.put(code, "SRV-01", q, state="不需报")
            orgs = 1 + int(rng.poisson(1 + 0.18 * u["grids"]))
            for n, m in enumerate(MONTHS):
                if self.late(u, n, MONTHS) or rng.random() < 0.012:
                    continue
                dip = 0.12 if m in ("2025-01", "2025-02") else 0.05 if m == "2025-07" else 0.0
                p = np.clip(0.48 + 0.48 * s + gain * 1.6 * (n - 11) / 11 - dip, 0.05, 0.995)
                self.put(code, "ORG-06", m, int(rng.binomial(orgs, p)), orgs)

    def income(self, u, s, city):
        if city and u["parent"][6] == "0" and rng.random() < 0.5:
            for year in ("2022", "2023", "2024"):
                self.put(u["code"], "ECO-01", year, state="无")       # no collective economy in a city estate
            return
        level = math.exp(0.1 + 3.6 * s + rng.normal(0, 0.5))
        shell = s < 0.42 and rng.random() < 0.10
        for n, year in enumerate(("2022", "2023", "2024")):
            value = 0 if shell and n < 2 + (rng.random() < 0.5) else level * (1 + 0.09 * n + rng.normal(0, 0.05))
            self.put(u["code"], "ECO-01", year, value=f"{max(value, 0):.1f}")

    def premises(self, u, s, city):
        u["area"] = None
        if rng.random() < 0.01:
            for q in QUARTERS:
                self.put(u["code"], "FAC-01", q, state="无")
            return
        area = int(np.clip(rng.normal(85 + 300 * s + (120 if city else 0), 70), 45, 1_200))
        built = int(rng.integers(0, 12))                              # a few are enlarged during the year
        for n, q in enumerate(QUARTERS):
            if built == n and area < 200:
                area += int(rng.integers(60, 180))
            self.put(u["code"], "FAC-01", q, value=area)
        u["area"] = area

    def write(self, path):
        own = ["COV-10", "ECO-01", "FAC-01", "COV-12", "ORG-06", "COV-13", "SRV-01"]
        order = {i: n for n, i in enumerate(own + sorted({r[1] for r in self.rows} - set(own)))}
        self.rows.sort(key=lambda r: (order[r[1]], r[2], r[0]))
        write_table(path, VALUES, self.rows)


TRADES = ["苹果", "养羊", "蔬菜", "中药材", "马铃薯", "花椒", "食用菌", "小杂粮", "肉牛", "育苗"]
PARKS = ["禾丰农机", "青禾面业", "云台建材", "南渠物流", "锦程商贸", "玉泉饮品", "兴业纺织", "滨河电商", "丰泽种业", "瑞景物业"]
TOWN_TRADES = ["商圈", "楼宇", "物业", "农贸市场", "夜市", "快递网点", "志愿服务", "文化活动", "老年大学", "出租车行"]
FORESTRY = ["松涛林场", "东坪林场", "护林联防", "苗圃"]
HERDS = ["转场服务站", "草场联户", "畜牧合作社"]
SCENES = ["云台景区", "雁鸣湖景区", "青石峡景区"]
SIZES = ["<3", "3–6", "7–50", "51–99", "≥100"]
HEAD = ["组织编码", "名称", "类型", "领域", "所在网格", "经度", "纬度", "党员规模档", "支部委员数", "覆盖单位数", "书记空缺月数", "连续未发展党员年数",
        "近12月主题党日缺次", "最近换届日期", "最近组织生活会日期", "阵地面积", "数据日期"]


def day(first, last):
    """A day from the first to the last, as the tables write it."""
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    return str(first + timedelta(int(rng.integers(0, (last - first).days + 1))))


class Branches:
    """About 900 organisations: committees, village branches and those of grids, offices and trades."""

    def __init__(self, land, tree, numbers, zones):
        self.land, self.numbers, self.rows, self.count = land, numbers, [], {}
        place = {}
        for g in tree.grids:
            place.setdefault(g["parent"], []).append(g)
        for t in tree.towns:
            home = next(u for u in tree.villages if u["parent"] == t["code"])
            hub = place[home["code"]][0]
            stem = t["name"].removesuffix("街道")
            self.add(f"{t['code']}00001", f"{stem}街道党工委" if stem != t["name"] else f"{t['name']}党委", "党委", "乡镇街道", home, hub, 4, 600)
            self.add(f"{t['code']}00002", f"{t['name']}机关党支部", "党支部", "机关", home, hub, 2, 120)
        for u in tree.villages:
            big = u["grids"] >= 11 or u["name"].endswith("社区") and u["grids"] >= 7
            kind = "党总支" if big else "党支部"
            hub = place[u["code"]][len(place[u["code"]]) // 2]
            size = 3 if big else 2
            if rng.random() < 0.012:
                size += 1                                             # grown, and not yet of the next kind
            self.add(None, u["name"] + kind, kind, self.field(u), u, hub, size, u.get("area"))
        for u in tree.villages:
            self.of_village(u, place[u["code"]], zones.get(u["code"]) or zones.get(u["parent"], "N"))
        self.rows.sort(key=lambda r: r[0])

    @staticmethod
    def field(u):
        return "社区" if u["name"].endswith("社区") else "农村"

    def of_village(self, u, grids, zone):
        stem, city = u["name"].removesuffix("村").removesuffix("社区"), u["name"].endswith("社区")
        trades = PARKS if zone == "Y" else TOWN_TRADES if city else TRADES
        words = {"L": FORESTRY, "M": HERDS, "J": SCENES}.get(zone, trades)
        named = set()
        for g in grids:
            if not self.numbers.covered[g["code"], 3]:
                continue
            r, own, joint = rng.random(), words[rng.integers(len(words))], trades[rng.integers(len(trades))]
            if r < 0.20:
                kind, name, size = "党支部", f"{u['name']}{g['name'].split('(')[0]}党支部", 1 + (rng.random() < 0.6)
            elif r < 0.312:
                kind, name, size = "功能型党支部", f"{stem}{own}{'产业' if words is TRADES else ''}功能型党支部", int(rng.random() > 0.02)
            elif r < 0.36:
                tail = "企业" if trades is PARKS else "" if city else "合作社"
                kind, name, size = "联合党支部", f"{stem}{joint}{tail}联合党支部", 1
            else:
                continue
            if name not in named:
                named.add(name)
                self.add(None, name, kind, "非公企业" if kind == "联合党支部" else self.field(u), u, g, size, int(rng.integers(25, 90)))

    def election(self, code, kind, field):
        """Villages were elected in the winter of 2020, some earlier and already again; others as their terms run."""
        r = rng.random()
        if len(code) == 14 and code.endswith("01") and field in ("农村", "社区"):
            if r < 0.02:
                return day("2020-06-20", "2020-09-20")                # has ended
            if r < 0.11:
                return day("2025-07-10", "2025-09-18")                # elected this autumn
            if r < 0.90:
                return day("2020-11-10", "2021-02-28")
            return day("2021-03-10", "2021-12-20")
        if field in ("农村", "社区"):
            return day("2019-06-01", "2019-08-30") if r < 0.002 else day("2021-11-01", "2024-12-20")
        if field == "乡镇街道":
            return day("2021-05-20", "2021-06-30")
        if r < 0.02:
            return day("2021-04-01", "2021-06-30")
        return day("2022-06-01", "2022-08-30") if r < 0.05 else day("2022-11-20", "2025-08-30")

    def add(self, code, name, kind, field, u, grid, size, area):
        if code is None:
            n = self.count[u["code"]] = self.count.get(u["code"], 0) + 1
            code = f"{u['code']}{n:02d}"
        weak = 1 - self.numbers.strength[u["code"]]
        at = lonlat(self.land.xy[[grid["cell"]]])[0] if grid["cell"] is not None else None
        lost = rng.random() < 0.03
        lon, lat = ("", "") if at is None or lost else (f"{at[0]:.{DECIMALS}f}", f"{at[1]:.{DECIMALS}f}")
        posts = 5 if size > 2 else 3 if size == 2 else 1
        posts -= size == 2 and kind == "党支部" and rng.random() < 0.006
        units = int(rng.integers(2, 6)) + (rng.random() < 0.05) * 3 if kind == "联合党支部" else ""
        vacant = int(rng.integers(1, 10)) if rng.random() < 0.006 + 0.012 * weak else 0
        years = int(rng.choice([0, 1, 2, 3], p=[0.72, 0.275 - 0.008 * weak, 0.003 + 0.005 * weak, 0.002 + 0.003 * weak]))
        missed = int(rng.poisson(0.08 + 0.30 * weak) + (rng.poisson(0.9) if vacant else 0))
        if rng.random() < 0.0015:
            missed = 12
        met = day("2022-11-20", "2023-01-20") if rng.random() < 0.003 else day("2024-11-20", "2025-02-20")
        if rng.random() < 0.0015:
            area = 0
        blank = lambda x, p: "" if rng.random() < p else x
        self.rows.append((code, name, kind, field, grid["code"], lon, lat, SIZES[size], posts, units, blank(vacant, 0.002), blank(years, 0.003), blank(missed, 0.003),
                          blank(self.election(code, kind, field), 0.004), blank(met, 0.003), "" if area is None else area, "2025-09-20"))

    def write(self, path):
        write_table(path, HEAD, self.rows)


def zones(land, tree):
    """Pasture and forest in the uplands, parks by the county seat, a few scenic villages, farming else."""
    out = {}
    for t in tree.towns:
        word = t["name"]
        out[t["code"]] = "M" if word in PASTURE else "L" if word in FOREST else "N"
        if word in STREETS:
            del out[t["code"]]
    by_seat = sorted((u for u in tree.villages if not u.get("table")), key=lambda u: math.hypot(*(land.village_xy[u["village"]] - land.seat - [0.10 * land.radius, 0.02 * land.radius])))
    for u in by_seat[4:18]:
        out[u["code"]] = "Y"
    lake = np.array([-0.35, -0.12]) * land.radius
    gorge = np.array([-0.15, 0.52]) * land.radius
    for spot, n in ((lake, 4), (gorge, 3)):
        for u in sorted((u for u in tree.villages if not u.get("table")), key=lambda u: math.hypot(*(land.village_xy[u["village"]] - spot)))[:n]:
            out[u["code"]] = "J"
    return out


MANIFEST = """\
# The demo county 青禾县. Everything in it is invented: names, borders, organisations and numbers;
# codes begin with 99, which no real place has. Made by tests/tools/make_demo.py; change that, not
# the files. Paths are relative to this file.

[workspace]
name = "青禾县"
county = "990121"
tree = "admin"
framework = "../data/frameworks/qinghe.toml"
frameworks = ["../data/frameworks/gansu-wuqu.toml", "../data/frameworks/huzhang-shida.toml", "../data/frameworks/anning-wuxin.toml"]
"""
SOURCE = "invented (tests/tools/make_demo.py)"
WHAT = {"corrections": "values"}             # what a table holds that has another name


def manifest(root):
    def sha(path):
        with open(os.path.join(root, path), "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    text = MANIFEST
    layers = [("county", "county", "code", "name", None), ("towns", "township", "XZQDM", "XZQMC", '{ by = "prefix" }'),
              ("villages", "village", "ZLDWDM", "ZLDWMC", '{ by = "prefix" }'), ("grids", "grid", "网格编码", "网格名称", '{ by = "parent", field = "上级编码" }')]
    for file, level, key, name, parent in layers:
        text += f'\n[[layer]]\nfile = "{file}.geojson"\nlevel = "{level}"\nid = "{key}"\nname = "{name}"\n'
        text += f"parent = {parent}\n" if parent else ""
        text += f'crs = "EPSG:4490"\nsource = "{SOURCE}"\nlicence = "CC0-1.0"\nsha256 = "{sha(f"maps/{file}.geojson")}"\n'
    numbers = '{ indicator = "指标", period = "期间", num = "分子", den = "分母", value = "数值", state = "状态" }'
    known = {"values": "2025-10-10", "corrections": "2025-10-24"}
    tables = [("units", "编码", '{ name = "名称", level = "层级", parent = "上级编码" }', "# Units that no layer draws."),
              ("branches", "组织编码", '{ name = "名称", kind = "类型", unit = "所在网格", lon = "经度", lat = "纬度" }', "# Columns that are not named here are kept as fields of the branch; rules look at them."),
              ("entities", "编码", '{ name = "名称", kind = "类型", unit = "所在网格", coverage = "覆盖状态" }', "# Enterprises and social organisations; the other columns are kept, coverage and establishment look at them."),
              ("values", "单元编码", numbers, "# Long table; no row or an empty one is 未报, which is never 0."),
              ("corrections", "单元编码", numbers, "# Values of older periods that were corrected when the newer ones had come; those they replace stay known."),
              ("zones", "单元编码", '{ zone = "区型" }', "# A unit lies in a zone if it or a unit above it does."),
              ("regions", "成员", '{ region = "片区名称", kind = "片区类型", lead = "牵头组织" }', "# Sets of units beside the tree."),
              ("links", "村", '{ pairing = "结对类型", giver = "结对单位", since = "结对时间", until = "到期时间", activities = "本年活动次数", effect = "成效" }', "# Who is paired with whom."),
              ("places", "站点编号", '{ name = "站点名称", kind = "类型", unit = "所在村", lon = "经度", lat = "纬度", shape = "WKT", area_m2 = "面积（㎡）", state = "达标情况", season = "开放月份" }', "# Centres, stations with their season, routes."),
              ("items", "条目号", '{ list = "清单", name = "内容", unit = "村", category = "类别", organisation = "提出组织", state = "办理状态", since = "提出时间", due = "期限", done = "办结时间", amount = "金额（万元）", match = "对接条目" }', "# Items of the lists that the frameworks keep.")]
    for what, key, columns, comment in tables:
        text += f'\n{comment}\n[[table]]\nfile = "../data/{what}.csv"\nwhat = "{WHAT.get(what, what)}"\nkey = "{key}"\ncolumns = {columns}\n'
        text += f'known = "{known[what]}"\n' if what in known else ""
        text += f'source = "{SOURCE}"\nlicence = "CC0-1.0"\nsha256 = "{sha(f"data/{what}.csv")}"\n'
    with open(os.path.join(root, "maps/manifest.toml"), "w", encoding="utf-8", newline="\n") as f:
        f.write(text)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    land = Land()
    tree = Tree(land)
    maps = os.path.join(root, "maps")
    cell_village = land.village
    cell_town = land.town[cell_village]
    whole = land.polygons(np.zeros(GRIDS, int))
    write_layer(f"{maps}/county.geojson", "青禾县", [({"code": COUNTY, "name": "青禾县"}, whole[0])])
    shapes = land.polygons(cell_town)
    write_layer(f"{maps}/towns.geojson", "乡镇", [({"XZQDM": t["code"], "XZQMC": t["name"]}, shapes[t["town"]]) for t in sorted(tree.towns, key=lambda t: t["code"])])
    shapes = land.polygons(cell_village)
    write_layer(f"{maps}/villages.geojson", "村和社区", [({"ZLDWDM": u["code"], "ZLDWMC": u["name"]}, shapes[u["village"]]) for u in tree.villages if not u.get("table")])
    shapes = land.polygons(np.arange(GRIDS))
    write_layer(f"{maps}/grids.geojson", "网格", [({"网格编码": g["code"], "网格名称": g["name"], "上级编码": g["parent"]}, shapes[g["cell"]] if g["drawn"] else None) for g in tree.grids if not g["table"]])
    data = os.path.join(root, "data")
    extra = [(u["code"], u["name"], "village", u["parent"]) for u in tree.villages if u.get("table")]
    extra += [(g["code"], g["name"], "grid", g["parent"]) for g in tree.grids if g["table"]]
    write_table(f"{data}/units.csv", ["编码", "名称", "层级", "上级编码"], extra)
    zone = zones(land, tree)
    write_table(f"{data}/zones.csv", ["单元编码", "区型"], sorted(zone.items()))
    numbers = Numbers(land, tree)
    numbers.coverage()
    numbers.villages()
    branches = Branches(land, tree, numbers, zone)
    branches.write(f"{data}/branches.csv")
    asked = Asked(tree, numbers, zone)
    numbers.rows += asked.rows
    numbers.write(f"{data}/values.csv")
    write_table(f"{data}/corrections.csv", VALUES, corrections(numbers.rows))
    more = Registers(tree, zone, lambda u: lonlat(land.village_xy[[u["village"]]])[0].tolist(), branches.rows)
    for name, head, rows in more.tables():
        write_table(f"{data}/{name}.csv", head, rows)
    manifest(root)
    print(f"{len(tree.towns)} townships, {len(tree.villages)} villages, {len(tree.grids)} grids, {len(branches.rows)} branches, {len(numbers.rows)} values")


if __name__ == "__main__":
    main()
