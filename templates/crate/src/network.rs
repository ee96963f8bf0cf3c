//! {{ title }}.
//!
{%- if source %}
//! {{ source }}.
//!
{%- endif %}
//! One call a step, in order. Batch normalisation, activation and residual add are part of the
//! convolution before them, and what one step fuses never leaves the cache. Shapes are C×H×W, and
//! `3×3/2` is a window of stride 2.

use crate::kernels::steps::*;
use crate::{plan, weights};

/// Runs the network.
pub fn run(steps: &mut dyn Steps) {
{%- for step in steps %}
    // {{ step.name }}: {{ step.what }}
    // {{ step.shapes }}, {{ step.macs }} MACs
{%- for line in step.schedule %}
    // {{ line }}
{%- endfor %}
    steps.{{ step.call }}(&{{ step.constant }});
{%- endfor %}
}

/// One call of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Module path of the block, or of the first and the last layer.
    pub name: &'static str,
    /// Shapes of input and output.
    pub shapes: &'static str,
    /// Multiply-accumulates.
    pub macs: u64,
}

/// The steps in order.
pub const STEPS: [Step; {{ steps | length }}] = [
{%- for step in steps %}
    {{ step.row }},
{%- endfor %}
];
{% for constant in shared_constants %}
{% for line in constant.comment -%}
/// {{ line }}
{% endfor -%}
const {{ constant.name }}: {{ constant.ty }} = {{ constant.value }};
{% endfor -%}
{% for step in steps %}
{% for line in step.fuses -%}
/// {{ line }}
{% endfor -%}
const {{ step.constant }}: {{ step.ty }} = {{ step.value }};
{% endfor -%}
