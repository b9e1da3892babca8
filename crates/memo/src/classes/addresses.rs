//! Addresses.

use super::*;

classes! {
    /// Address (Adresse).
    ///
    /// Note the order door before floor.
    class Address "Address" in Grd {
        /// Address id (UUID in examples).
        id: value Text256 "id" in Grd [optional];
        /// Street name.
        address_label: value Text256 "addressLabel" in Grd [optional];
        /// House number with its letter.
        house_number: value Text256 "houseNumber" in Grd [optional];
        /// Door or side.
        door: value Text256 "door" in Grd [optional];
        /// Floor.
        floor: value Text256 "floor" in Grd [optional];
        /// Care of.
        co: value Text256 "co" in Grd [optional];
        /// Postal code.
        zip_code: value Text256 "zipCode" in Grd [optional];
        /// Postal district.
        city: value Text256 "city" in Grd [optional];
        /// Free text; examples use `DK`.
        country: value Text256 "country" in Grd [optional];
        /// Where it is on the map.
        address_point: class AddressPoint "AddressPoint" in Grd [optional];
    }

    /// AddressPoint (Adressepunkt).
    ///
    /// Only these three children; the nested coordinate elements seen in an old commented-out example are not in the schema.
    class AddressPoint "AddressPoint" in Grd {
        /// Easting, in the examples of EPSG:25832.
        geographic_easting_measure: value Text256 "geographicEastingMeasure" in Grd [optional];
        /// As the easting.
        geographic_northing_measure: value Text256 "geographicNorthingMeasure" in Grd [optional];
        /// Height.
        geographic_height_measure: value Text256 "geographicHeightMeasure" in Grd [optional];
    }

    /// UnstructuredAddress (Ustruktureret adresse).
    class UnstructuredAddress "UnstructuredAddress" in Grd {
        /// The address as one text.
        unstructured: value Text256 "unstructured" in Grd [required];
    }
}
