//! How a photo becomes an input.

use super::Checker;
use crate::spec::file::{self, Count};
use crate::spec::{Filter, Preprocess, Resize};
use crate::yaml::{At, Diagnostic};

impl Checker {
    pub(super) fn preprocess(
        &mut self,
        preprocess: At<file::Preprocess>,
        channels: Option<usize>,
    ) -> Option<Preprocess> {
        let file::Preprocess { resize, filter, mean, std } = preprocess.value?;
        let spans = std.value.iter().flatten().map(|number| number.span).collect::<Vec<_>>();
        let any = "a number that is finite in f32 is allowed";
        let mean = self.per_channel(mean, "mean", channels, any, |x| (x as f32).is_finite());
        let positive = "a number greater than 0 that is normal in f32 is allowed";
        let std =
            self.per_channel(std, "std", channels, positive, |x| x > 0.0 && (x as f32).is_normal());
        let (mean, std) = (mean?, std?);
        for ((&mean, &std), span) in mean.iter().zip(&std).zip(spans) {
            let input = |value: f32| (value - mean as f32) / std as f32;
            if !(input(0.0).is_finite() && input(1.0).is_finite()) {
                let message = format!("a std of {std} with a mean of {mean}");
                let wrong = Diagnostic::new(span, message);
                self.report(wrong.label("(pixel/255 - mean)/std must be finite in f32"));
            }
        }
        Some(Preprocess { resize: resize.and_then(size), filter: kind(filter), mean, std })
    }

    /// A list with a number for each input channel.
    fn per_channel(
        &mut self,
        list: At<Vec<At<f64>>>,
        name: &str,
        channels: Option<usize>,
        allowed: &str,
        holds: impl Fn(f64) -> bool,
    ) -> Option<Vec<f64>> {
        let numbers = list.value?;
        if let Some(channels) = channels.filter(|&channels| channels != numbers.len()) {
            let wrong =
                Diagnostic::new(list.span, format!("`{name}` has {} numbers", numbers.len()));
            self.report(
                wrong.label(format!("one for each of {channels} input channels is allowed")),
            );
        }
        let item = format!("an entry of {name}");
        numbers.iter().map(|number| self.number(number, &item, allowed, &holds)).collect()
    }
}

/// The size, where all of it can be read.
fn size(resize: At<file::Resize>) -> Option<Resize> {
    let count = |side: At<Count>| side.value.map(Count::get);
    Some(match resize.value? {
        file::Resize::Count(side) => Resize::Shorter(side.get()),
        file::Resize::Shorter(keys) => Resize::Shorter(count(keys.shorter)?),
        file::Resize::Exact(keys) => {
            Resize::Exact { height: count(keys.height)?, width: count(keys.width)? }
        }
    })
}

fn kind(filter: Option<At<file::Filter>>) -> Filter {
    match filter.and_then(|filter| filter.value) {
        None | Some(file::Filter::Bilinear) => Filter::Bilinear,
        Some(file::Filter::Bicubic) => Filter::Bicubic,
        Some(file::Filter::Nearest) => Filter::Nearest,
    }
}
