//! The parts of a deck that are always the same.

use brevdue_memo::Timestamp;

pub(super) const RELATIONS: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

macro_rules! xml {
    ($($text:expr),+ $(,)?) => { concat!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n", $($text),+) };
}
macro_rules! names {
    () => {
        " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\""
    };
}
macro_rules! relationships {
    ($($text:expr),* $(,)?) => { xml!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">", $($text),*) };
}
macro_rules! relation {
    ($id:expr, $kind:expr, $target:expr) => {
        concat!(
            "<Relationship Id=\"",
            $id,
            "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
            $kind,
            "\" Target=\"",
            $target,
            "\"/>"
        )
    };
}
macro_rules! group {
    () => { "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/></a:xfrm></p:grpSpPr>" };
}
macro_rules! placeholders {
    () => { "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Titel\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"609600\" y=\"330200\"/><a:ext cx=\"10972800\" cy=\"787400\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"da-DK\"/><a:t>Titel</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:nvSpPr><p:cNvPr id=\"3\" name=\"Tekst\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"609600\" y=\"1320800\"/><a:ext cx=\"10972800\" cy=\"4826000\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"da-DK\"/><a:t>Tekst</a:t></a:r></a:p></p:txBody></p:sp>" };
}

pub(super) const TYPES: &str = xml!(
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">",
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>",
    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>",
    "<Override PartName=\"/ppt/presentation.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml\"/>",
    "<Override PartName=\"/ppt/theme/theme1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.theme+xml\"/>",
    "<Override PartName=\"/ppt/slideMasters/slideMaster1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.slideMaster+xml\"/>",
    "<Override PartName=\"/ppt/slideLayouts/slideLayout1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.slideLayout+xml\"/>",
);

pub(super) const NOTES_MASTER_TYPES: &str = concat!(
    "<Override PartName=\"/ppt/notesMasters/notesMaster1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.presentationml.notesMaster+xml\"/>",
    "<Override PartName=\"/ppt/theme/theme2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.theme+xml\"/>",
);

pub(super) const ROOT_RELATIONS: &str = relationships!(
    relation!("rId1", "officeDocument", "ppt/presentation.xml"),
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>",
    "</Relationships>",
);

/// Ends open: the slides' relations follow.
pub(super) const PRESENTATION_RELATIONS: &str = relationships!(
    relation!("rId1", "slideMaster", "slideMasters/slideMaster1.xml"),
    relation!("rId2", "theme", "theme/theme1.xml"),
);

pub(super) const MASTER_RELATIONS: &str = relationships!(
    relation!("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"),
    relation!("rId2", "theme", "../theme/theme1.xml"),
    "</Relationships>",
);

pub(super) const LAYOUT_RELATIONS: &str = relationships!(
    relation!("rId1", "slideMaster", "../slideMasters/slideMaster1.xml"),
    "</Relationships>"
);

pub(super) const NOTES_MASTER_RELATIONS: &str =
    relationships!(relation!("rId1", "theme", "../theme/theme2.xml"), "</Relationships>");

pub(super) const MASTER: &str = xml!(
    "<p:sldMaster",
    names!(),
    "><p:cSld><p:bg><p:bgPr><a:solidFill><a:srgbClr val=\"FFFFFF\"/></a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>",
    group!(),
    placeholders!(),
    "</p:spTree></p:cSld>",
    "<p:clrMap bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"/>",
    "<p:sldLayoutIdLst><p:sldLayoutId id=\"2147483649\" r:id=\"rId1\"/></p:sldLayoutIdLst>",
    "<p:txStyles><p:titleStyle><a:lvl1pPr algn=\"l\"><a:defRPr sz=\"2800\" b=\"1\"><a:solidFill><a:schemeClr val=\"tx1\"/></a:solidFill><a:latin typeface=\"+mj-lt\"/></a:defRPr></a:lvl1pPr></p:titleStyle>",
    "<p:bodyStyle><a:lvl1pPr marL=\"285750\" indent=\"-285750\" algn=\"l\"><a:buFont typeface=\"Arial\"/><a:buChar char=\"•\"/><a:defRPr sz=\"2000\"><a:solidFill><a:schemeClr val=\"tx1\"/></a:solidFill><a:latin typeface=\"+mn-lt\"/></a:defRPr></a:lvl1pPr></p:bodyStyle><p:otherStyle/></p:txStyles></p:sldMaster>",
);

pub(super) const LAYOUT: &str = xml!(
    "<p:sldLayout",
    names!(),
    " type=\"obj\" preserve=\"1\"><p:cSld name=\"Titel og indhold\"><p:spTree>",
    group!(),
    placeholders!(),
    "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>",
);

pub(super) const NOTES_MASTER: &str = xml!(
    "<p:notesMaster",
    names!(),
    "><p:cSld><p:bg><p:bgRef idx=\"1001\"><a:schemeClr val=\"bg1\"/></p:bgRef></p:bg><p:spTree>",
    group!(),
    "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Noter\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x=\"685800\" y=\"4400550\"/><a:ext cx=\"5486400\" cy=\"3600450\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"da-DK\"/><a:t>Noter</a:t></a:r></a:p></p:txBody></p:sp>",
    "</p:spTree></p:cSld><p:clrMap bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"/></p:notesMaster>",
);

pub(super) const THEME: &str = xml!(
    "<a:theme xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" name=\"Brevdue\"><a:themeElements>",
    "<a:clrScheme name=\"Brevdue\"><a:dk1><a:srgbClr val=\"1A1A1A\"/></a:dk1><a:lt1><a:srgbClr val=\"FFFFFF\"/></a:lt1><a:dk2><a:srgbClr val=\"1F3A5F\"/></a:dk2><a:lt2><a:srgbClr val=\"F2F4F7\"/></a:lt2><a:accent1><a:srgbClr val=\"0B5CAD\"/></a:accent1><a:accent2><a:srgbClr val=\"1E7B3A\"/></a:accent2><a:accent3><a:srgbClr val=\"FFD24A\"/></a:accent3><a:accent4><a:srgbClr val=\"F28C28\"/></a:accent4><a:accent5><a:srgbClr val=\"5A6B7B\"/></a:accent5><a:accent6><a:srgbClr val=\"B5122B\"/></a:accent6><a:hlink><a:srgbClr val=\"0B5CAD\"/></a:hlink><a:folHlink><a:srgbClr val=\"5A3E8E\"/></a:folHlink></a:clrScheme>",
    "<a:fontScheme name=\"Brevdue\"><a:majorFont><a:latin typeface=\"Arial\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:majorFont><a:minorFont><a:latin typeface=\"Arial\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:minorFont></a:fontScheme>",
    "<a:fmtScheme name=\"Brevdue\"><a:fillStyleLst><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:fillStyleLst>",
    "<a:lnStyleLst><a:ln w=\"6350\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln><a:ln w=\"12700\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln><a:ln w=\"19050\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln></a:lnStyleLst>",
    "<a:effectStyleLst><a:effectStyle><a:effectLst/></a:effectStyle><a:effectStyle><a:effectLst/></a:effectStyle><a:effectStyle><a:effectLst/></a:effectStyle></a:effectStyleLst>",
    "<a:bgFillStyleLst><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>",
);

/// Thin grey lines around a cell.
pub(super) const CELL_LINES: &str = concat!(
    "<a:lnL w=\"6350\"><a:solidFill><a:srgbClr val=\"9A9A9A\"/></a:solidFill></a:lnL>",
    "<a:lnR w=\"6350\"><a:solidFill><a:srgbClr val=\"9A9A9A\"/></a:solidFill></a:lnR>",
    "<a:lnT w=\"6350\"><a:solidFill><a:srgbClr val=\"9A9A9A\"/></a:solidFill></a:lnT>",
    "<a:lnB w=\"6350\"><a:solidFill><a:srgbClr val=\"9A9A9A\"/></a:solidFill></a:lnB>",
);

pub(super) fn presentation(ids: &str, has_notes: bool) -> String {
    let notes = if has_notes {
        "<p:notesMasterIdLst><p:notesMasterId r:id=\"rId90\"/></p:notesMasterIdLst>"
    } else {
        ""
    };
    format!(
        concat!(
            xml!("<p:presentation", names!(), " saveSubsetFonts=\"1\">"),
            "<p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/></p:sldMasterIdLst>{}<p:sldIdLst>{}</p:sldIdLst>",
            "<p:sldSz cx=\"12192000\" cy=\"6858000\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>"
        ),
        notes, ids
    )
}

pub(super) fn slide(shapes: &str) -> String {
    format!(
        concat!(
            xml!("<p:sld", names!(), "><p:cSld><p:spTree>", group!()),
            "{}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
        ),
        shapes
    )
}

pub(super) fn slide_relations(notes: &str) -> String {
    format!(
        concat!(
            relationships!(relation!("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")),
            "{}</Relationships>"
        ),
        notes
    )
}

pub(super) fn notes(words: &str, language: &str) -> String {
    format!(
        concat!(
            xml!("<p:notes", names!(), "><p:cSld><p:spTree>", group!()),
            "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Noter\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang=\"{}\"/><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>",
            "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
        ),
        language, words
    )
}

pub(super) fn notes_relations(number: usize) -> String {
    format!(
        concat!(
            relationships!(relation!("rId1", "notesMaster", "../notesMasters/notesMaster1.xml")),
            "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/slide\" Target=\"../slides/slide{}.xml\"/></Relationships>"
        ),
        number
    )
}

pub(super) fn core(title: &str, authority: &str, language: &str, made: Timestamp) -> String {
    let (year, month, day) = made.year_month_day();
    let (hour, minute, second, _) = made.hour_minute_second_millis();
    format!(
        concat!(
            xml!(
                "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
            ),
            "<dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>{}</dc:language>",
            "<dcterms:created xsi:type=\"dcterms:W3CDTF\">{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z</dcterms:created></cp:coreProperties>"
        ),
        title, authority, language, year, month, day, hour, minute, second
    )
}
