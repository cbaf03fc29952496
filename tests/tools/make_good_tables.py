#!/usr/bin/env python3
"""Writes tests/corpora/good/tables (every kind of table that is taken) and data/samples (for trying
the import out). Everything is invented: 青禾县, codes that begin with 99.

Only the standard library; running it again writes the same bytes.
    python3 tests/tools/make_good_tables.py
"""

import pathlib
import struct

from make_bad_tables import GBK, HEAD, NS, OFFICE, TEXT, W, biff, compound, ods, pack, record

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOOD, SAMPLES = ROOT / "tests" / "corpora" / "good" / "tables", ROOT / "data" / "samples"
good, samples = {}, {}


def put(into, name, data):
    into[name] = data.encode() if isinstance(data, str) else data


# ---- workbooks -----------------------------------------------------------------------------------

STYLES = f"""{HEAD}<styleSheet {NS}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="10" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>"""
PERCENT, DATE = 1, 2


def letters(n):
    return chr(65 + n)


class Sheet:
    """One sheet; cells are text, numbers, (number, style) or None."""

    def __init__(self, name, rows, merged=(), hidden_rows=(), hidden=False):
        self.name, self.rows, self.merged, self.hidden_rows, self.hidden = name, rows, merged, hidden_rows, hidden

    def xml(self):
        out = []
        for r, row in enumerate(self.rows, 1):
            cells = ""
            for c, value in enumerate(row):
                ref = f"{letters(c)}{r}"
                style = ""
                if isinstance(value, tuple):
                    value, style = value[0], f' s="{value[1]}"'
                if isinstance(value, str):
                    cells += f'<c r="{ref}"{style} t="inlineStr"><is><t>{value}</t></is></c>'
                elif value is not None:
                    cells += f'<c r="{ref}"{style}><v>{value}</v></c>'
            hidden = ' hidden="1"' if r in self.hidden_rows else ""
            out.append(f'<row r="{r}"{hidden}>{cells}</row>')
        merged = "".join(f'<mergeCell ref="{m}"/>' for m in self.merged)
        merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
        return f"{HEAD}<worksheet {NS}><sheetData>{''.join(out)}</sheetData>{merged}</worksheet>"


def workbook(*sheets, old_calendar=False):
    listed = "".join(
        f'<sheet name="{s.name}" sheetId="{i}"{" state=" + chr(34) + "hidden" + chr(34) if s.hidden else ""} r:id="rId{i}"/>' for i, s in enumerate(sheets, 1)
    )
    related = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(sheets) + 1))
    related += f'<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/>'
    rel = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    types = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{types}.worksheet+xml"/>' for i in range(1, len(sheets) + 1))
    content = (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>{overrides}</Types>'
    )
    calendar = '<workbookPr date1904="1"/>' if old_calendar else ""
    return pack(
        [
            ("[Content_Types].xml", content),
            ("_rels/.rels", f'{HEAD}<Relationships {rel}><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
            ("xl/workbook.xml", f'{HEAD}<workbook {NS} xmlns:r="{OFFICE}">{calendar}<sheets>{listed}</sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f"{HEAD}<Relationships {rel}>{related}</Relationships>"),
            ("xl/styles.xml", STYLES),
        ]
        + [(f"xl/worksheets/sheet{i}.xml", s.xml()) for i, s in enumerate(sheets, 1)]
    )


TOWNS = [("990121105", "河口镇"), ("990121106", "山口镇"), ("990121107", "青坪乡")]


def report(month, footer=True):
    """A monthly report as offices draw it: titles, merged headers, subtotals, a footer."""
    rows = [
        [f"青禾县2025年{month}月基层党组织情况一览表"],
        ["填报单位：青禾县", None, None, None, None, None, "单位：个、万元"],
        ["乡镇", "村", None, "党组织", None, None, "村集体收入（万元）", "更新日期"],
        [None, "编码", "名称", "总数", "其中：覆盖网格", "覆盖率", None, None],
        ["甲", "乙", "丙", 1, 2, 3, 4, 5],
    ]
    merged = ["A1:H1", "A3:A4", "B3:C3", "D3:F3", "G3:G4", "H3:H4"]
    total = 0
    for t, (code, town) in enumerate(TOWNS):
        first = len(rows) + 1
        for v in range(1, 4):
            count = (t * 5 + v * 3 + month) % 7 + 1
            total += count
            name = f"{'上中下'[v - 1]}{'坝湾坪'[t]}村"
            share = (round(0.5 + 0.05 * ((v + t) % 9), 4), PERCENT)
            income = "无" if (t, v) == (2, 3) else round(3.5 * v + t, 1)
            rows.append([town if v == 1 else None, f"{code}{200 + v}", name, count, max(count - 1, 0), share, income, (45930 - v, DATE)])
        merged.append(f"A{first}:A{len(rows)}")
        rows.append([f"{town}小计", None, None, total])
    rows.append(["合  计", None, None, total])
    if footer:
        rows.append(["注：1.本表按月填报。"])
        rows.append(["2.没有的填“无”，不用报的填“不需报”。"])
        rows.append(["填表岗位：组织干事", None, None, "审核：", None, None, "填报日期：2025-10-08"])
    return Sheet(f"{month}月", rows, merged)


put(samples, "基层党组织月报_202509.xlsx", workbook(report(9)))
put(good, "xlsx-report.xlsx", workbook(report(9)))
put(good, "xlsx-months.xlsx", workbook(report(8, False), report(9)))
plain = [["编码", "名称", "数"], ["990121105201", "上坝村", 3], ["990121105202", "中坝村", 4]]
put(good, "xlsx-hidden.xlsx", workbook(Sheet("表1", plain, hidden_rows=(2,)), Sheet("旧表", plain, hidden=True)))
put(good, "xlsx-1904.xlsx", workbook(Sheet("表1", [["编码", "日期"], ["01", (44468, DATE)]]), old_calendar=True))
put(good, "xlsx-numbers.xlsx", workbook(Sheet("表1", [["编码", "值", "率"], [990121105201, 0.30000000000000004, (0.6361, PERCENT)], [9.90101202601010e17, 1e-7, (1, PERCENT)]])))

# ---- text ----------------------------------------------------------------------------------------

put(good, "csv-utf8.csv", TEXT)
put(good, "csv-utf8-mark-crlf.csv", "\ufeff" + TEXT.replace("\n", "\r\n"))
put(good, "csv-gbk.csv", GBK)
put(good, "csv-gb18030.csv", "编码,名称\n01,㙍头村\n02,𠅤家湾\n".encode("gb18030"))
put(good, "csv-utf16le.csv", b"\xff\xfe" + TEXT.encode("utf-16-le"))
put(good, "csv-utf16be-bare.csv", TEXT.encode("utf-16-be"))
put(good, "csv-semicolon.csv", TEXT.replace(",", ";"))
put(good, "csv-bar.txt", TEXT.replace(",", "|"))
put(good, "tsv.tsv", TEXT.replace(",", "\t"))
put(good, "csv-breaks.csv", '编码,名称\r\n01,"上坝\r\n村"\r\n\r\n02,"甲""乙"""\r\n')
put(good, "csv-titles.csv", "青禾县2025年第三季度一览表,,,\n,,单位:万元,\n序号,名称,产值,备注\n1,上坝村,1.5,\n,小计,1.5,\n2,山口村,2,\n合计,,3.5,\n填表人:,,审核人:,\n")
put(good, "csv-pages.csv", "一览表,,\n编码,名称,数\n01,甲村,1\n一览表,,\n编码,名称,数\n02,乙村,2\n")
put(good, "csv-unit-line.csv", "名称,收入,覆盖率\n,(万元),(%)\n上坝村,3,63\n")
put(good, "csv-as.xls", TEXT)
header = "乡镇,村编码,村名称,党组织数,覆盖网格数,网格总数,书记空缺月数,集体收入(万元)\r\n"
lines = [
    f"{town},{code}{200 + v},{'上中下'[v - 1]}{'坝湾坪'[t]}村,{(t + v) % 4 + 1},{v + 2},{v + 3},{(v * t) % 3 or '无'},{3.5 * v + t:.1f}\r\n"
    for t, (code, town) in enumerate(TOWNS)
    for v in (1, 2, 3)
]
put(samples, "村党组织情况_GBK.csv", (header + "".join(lines)).encode("gbk"))

# ---- everything else -----------------------------------------------------------------------------

CELLS = [(0, 0, "青禾县一览表"), (1, 0, "编码"), (1, 1, "名称"), (1, 2, "数"), (2, 0, "990121105201"), (2, 1, "上坝村"), (2, 2, 3.0)]
put(good, "xls.xls", compound([("Workbook", biff(cells=CELLS))]))
# Formats: general, built in 0.00%, one of its own; a whole number, and several in one record.
FORMATS = record(0x41E, struct.pack("<HHB", 164, 5, 0) + b"0.0 %")
FORMATS += b"".join(record(0xE0, struct.pack("<HH", 0, f) + bytes(16)) for f in (0, 10, 164))
SHARES = [(0, 0, "编码"), (0, 1, "占比"), (0, 2, "系数"), (0, 3, "率"), (1, 0, "01"), (1, 1, (0.6361, 1)), (1, 2, 0.5), (1, 3, (1.0, 2))]
put(good, "xls-percent.xls", compound([("Workbook", biff(extra=FORMATS, cells=SHARES))]))
put(good, "wps.et", compound([("Workbook", biff(cells=CELLS))]))


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_cell(text, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def docx_rows(*rows):
    return "<w:tbl>" + "".join("<w:tr>" + "".join(row) + "</w:tr>" for row in rows) + "</w:tbl>"


start, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
body = paragraph("青禾县2025年9月情况") + paragraph("单位：个") + docx_rows(
    [docx_cell("名称", start), docx_cell("党组织", '<w:gridSpan w:val="2"/>')],
    [docx_cell("", on), docx_cell("总数"), docx_cell("覆盖")],
    [docx_cell("上坝村"), docx_cell("3"), docx_cell("2")],
    [docx_cell("合计"), docx_cell("3"), docx_cell("2")],
) + paragraph("填表人：")
put(good, "docx.docx", pack([("[Content_Types].xml", HEAD + "<Types/>"), ("word/document.xml", f"{HEAD}<w:document {W}><w:body>{body}</w:body></w:document>")]))
ods_cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
ods_number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'.format
put(good, "ods.ods", ods("".join("<table:table-row>" + r + "</table:table-row>" for r in (
    ods_cell("编码") + ods_cell("名称") + ods_cell("数"), ods_cell("01") + ods_cell("上坝村") + ods_number(3)))))
ods_share = '<table:table-cell office:value-type="percentage" office:value="{0}"><text:p>{1}</text:p></table:table-cell>'.format
put(good, "ods-percent.ods", ods("".join("<table:table-row>" + r + "</table:table-row>" for r in (
    ods_cell("编码") + ods_cell("占比") + ods_cell("系数"), ods_cell("01") + ods_share(0.6361, "63.61%") + ods_number(0.5)))))
# Chinese Windows writes names in GBK without the flag of UTF-8.
renamed = pack([("AAAAAA.csv", TEXT), ("sub/b.csv", GBK)]).replace(b"AAAAAA.csv", "河口镇".encode("gbk") + b".csv")
put(good, "zip-gbk-names.zip", renamed)

if __name__ == "__main__":
    for folder, contents in ((GOOD, good), (SAMPLES, samples)):
        folder.mkdir(parents=True, exist_ok=True)
        # The samples folder holds files of others too.
        for old in folder.iterdir() if folder == GOOD else ():
            old.unlink()
        for name, data in contents.items():
            (folder / name).write_bytes(data)
        print(f"{folder.name}: {len(contents)} files, {sum(map(len, contents.values())):,} bytes")
