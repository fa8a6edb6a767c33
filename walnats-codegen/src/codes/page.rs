//! Pages on codes that take more than a row to explain.

macro_rules! pages {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!("../../docs/explain/", $id, ".md")))),*]
    };
}

/// Codes, each with its page.
const PAGES: &[(&str, &str)] = pages! {
    "WN0801" "WN0802" "WN0803" "WN0804" "WN0805" "WN0806" "WN0807" "WN0808" "WN0809"
    "WN0821" "WN0822" "WN0823" "WN0824"
    "WN0841" "WN0842" "WN0843" "WN0844" "WN0845" "WN0846" "WN0847" "WN0848"
    "WN0851" "WN0852" "WN0853"
    "WN0891" "WN0892" "WN0893"
};

/// The page on the code with this id, in Markdown; its first line is the heading `# WN0801 narrowed`.
pub fn page(id: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == id).map(|(_, page)| *page)
}
