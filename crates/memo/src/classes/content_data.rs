//! What a message is about, so that it can be sorted and filed.

use super::*;

classes! {
    /// ContentData (Indholdsdata).
    ///
    /// What the message is about; helps the recipient sort and distribute. Any subset in this order.
    class ContentData "ContentData" in Memo {
        /// Person the message is about.
        cpr_data: class CprData "CPRdata" in Grd [optional];
        /// Company the message is about.
        cvr_data: class CvrData "CVRdata" in Grd [optional];
        /// Vehicle (køretøj).
        motor_vehicle: class MotorVehicle "MotorVehicle" in Dmv [optional];
        /// Property (ejendom).
        property_number: class PropertyNumber "PropertyNumber" in Grd [optional];
        /// Case (sag).
        case_id: class CaseId "CaseID" in Memo [optional];
        /// KLE classification (municipal tasks).
        kle_data: class KleData "KLEdata" in Kle [optional];
        /// FORM classification (public-sector tasks).
        form_data: class FormData "FORMdata" in Form [optional];
        /// P-unit.
        production_unit: class ProductionUnit "ProductionUnit" in Grd [optional];
        /// Education (uddannelse).
        education: class Education "Education" in Udd [optional];
        /// Structured address.
        address: class Address "Address" in Grd [optional];
        /// Free-text address; not meant to stand beside a structured one.
        unstructured_address: class UnstructuredAddress "UnstructuredAddress" in Grd [optional];
        /// Up to ten name/value pairs for special or bilateral use.
        additional_content_data: class AdditionalContentData "AdditionalContentData" in Memo [many 0..10];
    }

    /// CaseID (Sags-id).
    ///
    /// Both children required.
    class CaseId "CaseID" in Memo {
        /// Case number.
        case_id: value Text256 "caseID" in Memo [required];
        /// System holding the case.
        case_system: value Text256 "caseSystem" in Memo [required];
    }

    /// AdditionalContentData (Øvrige indholdsdata).
    ///
    /// Type first, then name, then value.
    class AdditionalContentData "AdditionalContentData" in Memo {
        /// Groups pairs into a list.
        content_data_type: value Text256 "contentDataType" in Memo [optional];
        /// Name of the pair.
        content_data_name: value Text256 "contentDataName" in Memo [required];
        /// Its value.
        content_data_value: value Text256 "contentDataValue" in Memo [required];
    }

    /// CPRdata (CPR-data).
    class CprData "CPRdata" in Grd {
        /// Keep as text: leading zeros are significant. Limit 10 characters by rule MEMO-R-013.
        cpr_number: value Text256 "cprNumber" in Grd [required];
        /// Name of the person.
        name: value Text256 "name" in Grd [optional];
    }

    /// CVRdata (CVR-data).
    class CvrData "CVRdata" in Grd {
        /// Keep as text. Limit 8 characters by rule MEMO-R-013.
        cvr_number: value Text256 "cvrNumber" in Grd [required];
        /// Name of the company.
        company_name: value Text256 "companyName" in Grd [optional];
    }

    /// KLEdata (KLE-data).
    ///
    /// activityFacet stands before label.
    class KleData "KLEdata" in Kle {
        /// KLE number, form `NN.NN.NN`.
        subject_key: value Text256 "subjectKey" in Kle [required];
        /// Version of the classification.
        version: value Text256 "version" in Kle [required];
        /// What is done about it (handlingsfacet), e.g. `A01`.
        activity_facet: value Text256 "activityFacet" in Kle [optional];
        /// Name of the subject or task.
        label: value Text256 "label" in Kle [required];
    }

    /// FORMdata (FORM-data).
    class FormData "FORMdata" in Form {
        /// FORM task key, form `NN.NN.NN.NN`.
        task_key: value Text256 "taskKey" in Form [required];
        /// Version of the classification.
        version: value Text256 "version" in Form [required];
        /// What is done about it.
        activity_facet: value Text256 "activityFacet" in Form [optional];
        /// Name of the subject or task.
        label: value Text256 "label" in Form [required];
    }

    /// MotorVehicle (Køretøj).
    class MotorVehicle "MotorVehicle" in Dmv {
        /// Registration number, at most 7 characters.
        license_number: value Text7 "licenseNumber" in Dmv [required];
        /// Chassis number (stelnummer).
        chassis_number: value Text256 "chassisNumber" in Dmv [optional];
    }

    /// PropertyNumber (Ejendomsnummer).
    ///
    /// Class name `PropertyNumber`, child `propertyNumber`.
    class PropertyNumber "PropertyNumber" in Grd {
        /// The number.
        property_number: value Text256 "propertyNumber" in Grd [required];
    }

    /// Education (Uddannelse).
    class Education "Education" in Udd {
        /// Code of the education.
        education_code: value Text256 "educationCode" in Udd [required];
        /// Its name.
        education_name: value Text256 "educationName" in Udd [optional];
    }
}
