//! The arena: where the output of each step lies. All sizes and offsets are in `f32` elements.
//!
//! Tensors that are never alive at the same time share a place.

/// Elements that all threads share.
pub const SHARED: usize = {{ shared }};

/// Elements of each thread.
pub const SCRATCH: usize = {{ scratch }};

/// Bytes of the arena of one thread.
pub const ARENA_BYTES: usize = {{ arena_bytes }};
{% for offset in offsets %}
{% for line in offset.comment -%}
/// {{ line }}
{% endfor -%}
pub const {{ offset.name }}: {{ offset.ty }} = {{ offset.value }};
{% endfor -%}
