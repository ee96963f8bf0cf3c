//! The halves of serde's protocol that hand out entries, items and variants.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::{ReadError, Reader, Role};

impl<'de> IntoDeserializer<'de, ReadError> for Reader<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What [`At`](super::at::At) reads: four numbers and the value.
pub struct PlaceAndValue<'a> {
    pub place: std::array::IntoIter<usize, 4>,
    pub reader: Option<Reader<'a>>,
}

impl<'de> SeqAccess<'de> for PlaceAndValue<'_> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        if let Some(number) = self.place.next() {
            return seed.deserialize(number.into_deserializer()).map(Some);
        }
        self.reader.take().map(|reader| seed.deserialize(reader)).transpose()
    }
}

/// A field's name as the derived code knows it.
pub struct Field(pub &'static str);

impl<'de> IntoDeserializer<'de, ReadError> for Field {
    type Deserializer = StrDeserializer<'de, ReadError>;

    fn into_deserializer(self) -> Self::Deserializer {
        self.0.into_deserializer()
    }
}

/// The entries of a mapping.
pub struct Entries<'a, I> {
    entries: I,
    /// The value of the key that was handed out last.
    value: Option<Reader<'a>>,
}

impl<I> Entries<'_, I> {
    pub fn new(entries: I) -> Self {
        Self { entries, value: None }
    }
}

impl<'de, 'a, K, I> MapAccess<'de> for Entries<'a, I>
where
    K: IntoDeserializer<'de, ReadError>,
    I: Iterator<Item = (K, Reader<'a>)>,
{
    type Error = ReadError;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        let value = self.value.take().ok_or(ReadError(None))?;
        seed.deserialize(value)
    }
}

/// An enum variant and what stands behind its key, if it is one.
pub struct Variant<'a> {
    pub name: &'static str,
    pub value: Option<Reader<'a>>,
    pub reader: Reader<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), ReadError> {
        let name: StrDeserializer<ReadError> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.value {
            None => Ok(()),
            Some(value) => Err(value.wrong(format!("`{}` takes no value", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        // The value may be optional: what needs one reports that there is none.
        let absent = Reader { node: None, name: self.name, role: Role::Variant, ..self.reader };
        seed.deserialize(self.value.unwrap_or(absent))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, ReadError> {
        Err(ReadError(None))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ReadError> {
        Err(ReadError(None))
    }
}
