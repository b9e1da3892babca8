//! Units named by public registers.

use super::*;

classes! {
    /// ProductionUnit (P-enhed).
    class ProductionUnit "ProductionUnit" in Grd {
        /// P-number; does not fit in 32 bits.
        production_unit_number: value PNumber "productionUnitNumber" in Grd [required];
        /// Name of the unit.
        production_unit_name: value Text256 "productionUnitName" in Grd [optional];
    }

    /// SEnumber (SE-nummer).
    ///
    /// Class name `SEnumber`, child `seNumber`.
    class SeNumber "SEnumber" in Grd {
        /// The number.
        se_number: value Text256 "seNumber" in Grd [required];
        /// Name of the company.
        company_name: value Text256 "companyName" in Grd [optional];
    }

    /// EID (eID).
    ///
    /// Class name `EID`, child `eID`. Seen forms: `CVR:<8 digits>-RID:<digits>` and `<8 digits>_<10 digits>`.
    class Eid "EID" in Grd {
        /// The identity.
        eid: value Text256 "eID" in Grd [required];
        /// Name.
        label: value Text256 "label" in Grd [optional];
    }

    /// GlobalLocationNumber (GLN).
    ///
    /// Class name `GlobalLocationNumber`, child `globalLocationNumber`.
    class GlobalLocationNumber "GlobalLocationNumber" in Gln {
        /// 13-digit GLN.
        global_location_number: value GlnNumber "globalLocationNumber" in Gln [required];
        /// Name of the location.
        location: value Text256 "location" in Gln [optional];
    }

    /// SORdata (SOR-data).
    class SorData "SORdata" in Sor {
        /// Id of the entry, e.g. `468031000016004`.
        sor_identifier: value Text256 "sorIdentifier" in Sor [required];
        /// Name of the entry.
        entry_name: value Text256 "entryName" in Sor [optional];
    }
}
