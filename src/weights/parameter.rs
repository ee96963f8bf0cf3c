//! The tensors that a layer needs, by PyTorch's names.

use crate::layer::{Kind, Layer};

/// What a tensor is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Weight of a convolution, `[O, I/groups, kh, kw]`.
    Convolution,
    /// Scale γ of a batch normalisation.
    Gamma,
    /// Shift β of a batch normalisation.
    Beta,
    /// Running mean of a batch normalisation.
    Mean,
    /// Running variance of a batch normalisation.
    Variance,
    /// Weight of a linear layer, `[O, I]`.
    Linear,
    /// Bias of a linear layer.
    Bias,
}

/// One tensor of a layer.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What it is to its layer.
    pub role: Role,
    /// PyTorch's name of it.
    pub name: String,
    /// Size of each dimension.
    pub shape: Vec<usize>,
}

impl Parameter {
    /// Number of elements.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The tensors of a layer: its weight, then its bias or those of its batch normalisation.
pub fn parameters(layer: &Layer) -> Vec<Parameter> {
    let Some(shape) = layer.weight_shape() else { return Vec::new() };
    let linear = layer.kind == Kind::Linear;
    let role = if linear { Role::Linear } else { Role::Convolution };
    let mut parameters = vec![Parameter { role, name: format!("{}.weight", layer.name), shape }];
    let mut vector = |role, module: &str, name| {
        let name = format!("{module}.{name}");
        parameters.push(Parameter { role, name, shape: vec![layer.output.c] });
    };
    if linear {
        vector(Role::Bias, &layer.name, "bias");
    }
    if let Some(norm) = &layer.norm {
        vector(Role::Gamma, norm, "weight");
        vector(Role::Beta, norm, "bias");
        vector(Role::Mean, norm, "running_mean");
        vector(Role::Variance, norm, "running_var");
    }
    parameters
}
