#!/usr/bin/env python3
"""Makes the shapefile in data/samples/ from the invented demo county's villages.

It is what a survey office hands over: a dbf in GBK that does not say so, CGCS2000 in a 3-degree
Gauss-Krüger zone with the zone number, a .prj and no .cpg. Standard library only.
"""

import json
from pathlib import Path

from mapfiles import GK_PRJ, dbf, gauss_kruger, shp, shp_content

ROOT = Path(__file__).resolve().parents[2]
# Townships whose villages are taken, and the zone that they lie in.
TOWNS = ("990121001", "990121002", "990121003")
ZONE = 31


def main():
    features = json.loads((ROOT / "maps/villages.geojson").read_text())["features"]
    features = [f for f in features if f["properties"]["ZLDWDM"].startswith(TOWNS)]
    contents, rows = [], []
    for feature in features:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = []
        for polygon in polygons:
            for n, ring in enumerate(polygon):
                places = [tuple(round(v, 4) for v in gauss_kruger(*p[:2], ZONE * 3, ZONE * 1_000_000 + 500_000)) for p in ring]
                area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(places, places[1:]))
                # Outer rings run clockwise, holes the other way.
                rings.append(places[::-1] if (area > 0) == (n == 0) else places)
        contents.append(shp_content(rings))
        area_ha = abs(sum(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(r, r[1:])) for r in rings)) / 2e4
        code = feature["properties"]["ZLDWDM"]
        rows.append((code, feature["properties"]["ZLDWMC"], code[:9], f"{area_ha:.2f}", "20250630"))
    fields = [("ZLDWDM", "C", 19, 0), ("ZLDWMC", "C", 60, 0), ("上级编码", "C", 12, 0), ("面积", "N", 15, 2), ("更新日期", "D", 8, 0)]
    folder = ROOT / "data/samples"
    folder.mkdir(parents=True, exist_ok=True)
    main_file, index = shp(contents)
    for ending, data in (
        ("shp", main_file),
        ("shx", index),
        ("dbf", dbf(fields, rows, "gbk")),
        ("prj", GK_PRJ.format(zone=ZONE, meridian=ZONE * 3).encode()),
    ):
        (folder / f"villages_gk.{ending}").write_bytes(data)
    print(len(rows), "villages")


main()
