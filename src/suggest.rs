//! "Did you mean": the known word nearest to a mistyped one.

/// The candidate nearest to `word`, where one is near enough to be meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing errors, and the distance takes quadratic time.
    if word.len() > 64 {
        return None;
    }
    let folded = word.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&folded, candidate);
    let (distance, candidate) = candidates.into_iter().map(|c| (distance(c), c)).min()?;
    let longest = candidate.chars().count().max(word.chars().count());
    (distance * 3 <= longest.max(3)).then_some(candidate)
}

/// `help: did you mean ...` for a mistyped word, or nothing.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// What is said where `arg` names none of the shipped `what`s, and, where that is allowed, no file:
/// what is meant perhaps, and what there is.
pub fn not_shipped<'a>(
    what: &str,
    arg: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    or_file: bool,
) -> String {
    let mut text = if or_file {
        format!("no file `{arg}`, and no shipped {what} of that name")
    } else {
        format!("no shipped {what} `{arg}`")
    };
    if let Some(hint) = did_you_mean(arg, names.clone()) {
        text += &format!("; {hint}");
    }
    text + &format!("\n  shipped {what}s: {}", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["columns", "rows", "activation", "padding", "c", "k", "s"];
        assert_eq!(closest("colums", keys), Some("columns"));
        assert_eq!(closest("Rows", keys), Some("rows"));
        assert_eq!(closest("actviation", keys), Some("activation"));
        assert_eq!(closest("learning_rate", keys), None);
        assert_eq!(closest(&"x".repeat(100_000), keys), None);
        assert_eq!(closest("rows", []), None);
    }
}
