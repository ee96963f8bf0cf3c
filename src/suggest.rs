//! "Did you mean": the known word that a mistyped or a foreign one stands for.

use crate::escape::visible;

/// Words of a spec, each with what other programs and articles call the same thing.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("activation", &["act", "act_fn", "act_layer", "activation_fn", "nonlinearity"]),
    ("always", &["true", "yes"]),
    ("bn_eps", &["eps", "epsilon", "norm_eps", "batch_norm_epsilon"]),
    ("budgets", &["limits"]),
    ("c", &["channels", "ch", "out", "out_channels", "filters", "num_filters", "features"]),
    ("channels", &["c", "ch", "in_channels", "depth"]),
    ("classes", &["num_classes", "n_classes", "outputs"]),
    ("columns", &["schema", "header", "cols"]),
    ("conv_bn", &["conv", "conv2d", "convolution", "conv_bn_relu", "conv_norm_act", "stem"]),
    ("conv_dsc", &["conv_dw", "dsc", "separable", "separable_conv", "depthwise_separable"]),
    ("global_average_pool", &["pool", "gap", "avgpool", "avg_pool", "average_pool", "mean"]),
    ("head", &["classifier", "top"]),
    ("height", &["h"]),
    ("inverted_residual", &["bottleneck", "inverted_bottleneck", "mbconv", "ir"]),
    ("k", &["kernel", "kernel_size", "ksize", "kernel_shape"]),
    ("labels", &["names", "class_names", "categories"]),
    ("linear", &["fc", "dense", "fully_connected", "classifier"]),
    ("macs", &["mult_adds", "madds", "multiply_adds"]),
    ("make_divisible", &["divisor", "divisible_by", "round_nearest"]),
    ("multiplier", &["alpha", "width_mult", "width_multiplier", "depth_multiplier"]),
    ("n", &["repeat", "repeats", "num_repeat", "num_blocks", "blocks", "times"]),
    ("none", &["linear", "identity"]),
    ("padding", &["pad", "pads", "pad_type"]),
    ("params", &["parameters"]),
    ("residual", &["bottleneck", "basic_block", "resblock"]),
    ("s", &["stride", "strides"]),
    ("same", &["tensorflow", "tf"]),
    ("source", &["paper", "citation"]),
    ("stages", &["layers", "backbone", "body"]),
    ("symmetric", &["pytorch", "zeros"]),
    ("t", &["expand", "expand_ratio", "expansion", "expansion_factor", "exp"]),
    ("valid", &["none"]),
    ("width", &["w", "alpha", "width_mult", "width_multiplier"]),
];

/// The candidates that `word` stands for: its synonyms, or else the one that is spelt nearest,
/// where it is near enough to be meant.
pub fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // Longer words are no typing errors, and the distance takes quadratic time.
    if word.len() > 64 {
        return Vec::new();
    }
    let folded = word.to_lowercase();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let stands_for = |&candidate: &&str| {
        SYNONYMS.iter().any(|(known, words)| *known == candidate && words.contains(&&*folded))
    };
    let synonyms: Vec<&str> = candidates.iter().copied().filter(stands_for).collect();
    // One letter is as near to any other.
    if !synonyms.is_empty() || folded.len() < 2 {
        return synonyms;
    }
    let distance = |candidate: &str| strsim::damerau_levenshtein(&folded, candidate);
    let nearest = candidates.into_iter().map(|c| (distance(c), c)).min();
    let near = |&(distance, candidate): &(usize, &str)| {
        let longest = candidate.chars().count().max(word.chars().count());
        distance * 3 <= longest.max(3)
    };
    nearest.filter(near).map(|(_, candidate)| candidate).into_iter().collect()
}

/// The question whether one of some words is meant; nothing without words.
pub fn asked(meant: &[&str]) -> Option<String> {
    let words: Vec<String> = meant.iter().map(|word| format!("`{word}`")).collect();
    (!words.is_empty()).then(|| format!("did you mean {}?", words.join(" or ")))
}

/// What is said where `arg` names none of the shipped `what`s, and, where that is allowed, no file:
/// what is meant perhaps, and what there is. Each is given by its name and by what it calls itself.
pub fn not_shipped<'a>(
    what: &str,
    arg: &str,
    shipped: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    or_file: bool,
) -> String {
    let names = shipped.clone().map(|(name, _)| name);
    let words = shipped.clone().flat_map(|(name, own)| [name, own]);
    let named = |word: &'a str| {
        let mut by_own = shipped.clone().filter(|&(_, own)| own == word);
        by_own.next().map_or(word, |(name, _)| name)
    };
    let is_meant: Vec<&str> = meant(arg, words).into_iter().map(named).collect();
    let shown = visible(arg);
    let mut text = if or_file {
        format!("no file `{shown}`, and no shipped {what} of that name")
    } else {
        format!("no shipped {what} `{shown}`")
    };
    if let Some(hint) = asked(&is_meant) {
        text += &format!("; {hint}");
    }
    text + &format!("\n  shipped {what}s: {}", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn did_you_mean<'a>(
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        asked(&meant(word, candidates))
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["columns", "rows", "activation", "padding", "c", "k", "s"];
        let nearest = |word| did_you_mean(word, keys);
        assert_eq!(nearest("colums"), Some("did you mean `columns`?".into()));
        assert_eq!(nearest("Rows"), Some("did you mean `rows`?".into()));
        assert_eq!(nearest("actviation"), Some("did you mean `activation`?".into()));
        assert_eq!(nearest("learning_rate"), None);
        assert_eq!(nearest("q"), None);
        assert_eq!(nearest(&"x".repeat(100_000)), None);
        assert_eq!(did_you_mean("rows", []), None);
    }

    #[test]
    fn words_of_other_programs_are_understood_where_they_are_meant() {
        let said = |word, candidates: &[&'static str]| {
            did_you_mean(word, candidates.iter().copied()).unwrap_or_default()
        };
        let block = ["c", "k", "s", "activation", "width", "padding"];
        for (word, key) in [("act", "activation"), ("stride", "s"), ("Kernel", "k"), ("out", "c")] {
            assert_eq!(said(word, &block), format!("did you mean `{key}`?"));
        }
        assert_eq!(said("repeats", &["t", "c", "n", "s", "k"]), "did you mean `n`?");
        assert_eq!(said("c", &["channels", "height", "width"]), "did you mean `channels`?");
        assert_eq!(said("linear", &["none", "relu", "relu6"]), "did you mean `none`?");
        let blocks = ["conv_bn", "conv_dsc", "inverted_residual", "residual"];
        let both = "did you mean `inverted_residual` or `residual`?";
        assert_eq!(said("bottleneck", &blocks), both);
    }

    #[test]
    fn synonyms_are_of_words_that_specs_have() {
        let schema = include_str!("../archs/spec.schema.json");
        for (known, words) in SYNONYMS {
            assert!(schema.contains(&format!("\"{known}\"")), "{known}");
            assert!(words.iter().all(|word| *word == word.to_lowercase()), "{known}");
        }
    }
}
