//! Who sends, who receives, and who stands behind them.

use super::*;

classes! {
    /// Sender (Afsender).
    ///
    /// Who sends.
    class Sender "Sender" in Memo {
        /// CPR (10 digits) or CVR (8 digits) number.
        sender_id: value Text256 "senderID" in Memo [required];
        /// `CPR` or `CVR`; free text in the schema, and some senders write it in lower case.
        id_type: value Text256 "idType" in Memo [required];
        /// Human name of the id type.
        id_type_label: value Text256 "idTypeLabel" in Memo [optional];
        /// Sender name shown to the recipient. Required for Sender (optional for Recipient).
        label: value Text256 "label" in Memo [required];
        /// Supplementary data about the sender.
        attention_data: class AttentionData "AttentionData" in Memo [optional];
        /// Contact point (kontaktpunkt) to which answers should go.
        contact_point: class ContactPoint "ContactPoint" in Memo [optional];
        /// Party that represents the sender; new in 1.2.
        representative: class Representative "Representative" in Memo [optional since V1_2];
    }

    /// Recipient (Modtager).
    ///
    /// Who receives. Has no Representative in any version.
    class Recipient "Recipient" in Memo {
        /// CPR (10 digits) or CVR (8 digits) number.
        recipient_id: value Text256 "recipientID" in Memo [required];
        /// `CPR` or `CVR`.
        id_type: value Text256 "idType" in Memo [required];
        /// Human name of the id type.
        id_type_label: value Text256 "idTypeLabel" in Memo [optional];
        /// Recipient name.
        label: value Text256 "label" in Memo [optional];
        /// Attention address: who inside the receiving organisation.
        attention_data: class AttentionData "AttentionData" in Memo [optional];
        /// Contact point of a receiving authority.
        contact_point: class ContactPoint "ContactPoint" in Memo [optional];
    }

    /// Representative (Repræsentant).
    ///
    /// New in 1.2, only inside Sender. All children optional in the schema; official example gives id, type and label.
    class Representative "Representative" in Memo {
        /// CPR or CVR number of the representative.
        representative_id: value Text256 "representativeID" in Memo [optional since V1_2];
        /// `CPR` or `CVR`.
        id_type: value Text256 "idType" in Memo [optional since V1_2];
        /// Human name of the id type.
        id_type_label: value Text256 "idTypeLabel" in Memo [optional since V1_2];
        /// Name shown to the recipient.
        label: value Text256 "label" in Memo [optional since V1_2];
    }

    /// AttentionData (Att.-oplysninger).
    ///
    /// Supplementary data on a sender or recipient; any subset, in this order. An empty AttentionData is schema-valid.
    class AttentionData "AttentionData" in Memo {
        /// Person.
        attention_person: class AttentionPerson "AttentionPerson" in Memo [optional];
        /// P-unit (produktionsenhed).
        production_unit: class ProductionUnit "ProductionUnit" in Grd [optional];
        /// GLN/EAN location.
        global_location_number: class GlobalLocationNumber "GlobalLocationNumber" in Gln [optional];
        /// E-mail address.
        email: class EMail "EMail" in Memo [optional];
        /// SE number (tax unit).
        se_number: class SeNumber "SEnumber" in Grd [optional];
        /// Telephone number.
        telephone: class Telephone "Telephone" in Memo [optional];
        /// Employee or electronic identity.
        eid: class Eid "EID" in Grd [optional];
        /// Content owner (indholdsansvarlig), e.g. the institution on whose behalf the letter is sent.
        content_responsible: class ContentResponsible "ContentResponsible" in Memo [optional];
        /// System that produced the message.
        generating_system: class GeneratingSystem "GeneratingSystem" in Memo [optional];
        /// Health organisation register (SOR).
        sor_data: class SorData "SORdata" in Sor [optional];
        /// Structured address.
        address: class Address "Address" in Grd [optional];
        /// Free-text address; not meant to stand beside a structured one.
        unstructured_address: class UnstructuredAddress "UnstructuredAddress" in Grd [optional];
    }

    /// AttentionPerson (Person).
    class AttentionPerson "AttentionPerson" in Memo {
        /// E.g. a CPR number.
        person_id: value Text256 "personID" in Memo [optional];
        /// Name.
        label: value Text256 "label" in Memo [optional];
    }

    /// EMail (E-mail).
    class EMail "EMail" in Memo {
        /// The address.
        email_address: value Text256 "emailAddress" in Memo [required];
        /// Person or unit the address belongs to.
        related_agent: value Text256 "relatedAgent" in Memo [optional];
    }

    /// Telephone (Telefon).
    class Telephone "Telephone" in Memo {
        /// The number.
        telephone_number: value Text256 "telephoneNumber" in Memo [required];
        /// Person or unit the number belongs to.
        related_agent: value Text256 "relatedAgent" in Memo [optional];
    }

    /// ContentResponsible (Indholdsansvarlig).
    ///
    /// Both children are optional.
    class ContentResponsible "ContentResponsible" in Memo {
        /// Id of the content owner.
        content_responsible_id: value Text256 "contentResponsibleID" in Memo [optional];
        /// Name.
        label: value Text256 "label" in Memo [optional];
    }

    /// GeneratingSystem (Dannende system).
    class GeneratingSystem "GeneratingSystem" in Memo {
        /// Id of the system.
        generating_system_id: value Text256 "generatingSystemID" in Memo [required];
        /// Name.
        label: value Text256 "label" in Memo [optional];
    }

    /// ContactPoint (Kontaktpunkt).
    ///
    /// Note the order: group, id, label.
    class ContactPoint "ContactPoint" in Memo {
        /// Group in the contact structure (kontaktstruktur); example `22.33.44.55`.
        contact_group: value Text256 "contactGroup" in Memo [optional];
        /// Id of the contact point; in Digital Post a UUID.
        contact_point_id: value Text256 "contactPointID" in Memo [required];
        /// Name.
        label: value Text256 "label" in Memo [optional];
        /// Answers to the extra fields that the contact point asks for; at most two.
        contact_info: class ContactInfo "ContactInfo" in Memo [many 0..2];
    }

    /// ContactInfo (Kontaktoplysning).
    class ContactInfo "ContactInfo" in Memo {
        /// Name of the requested field, e.g. the child's CPR number.
        label: value Text256 "label" in Memo [required];
        /// Its value.
        value: value Text256 "value" in Memo [required];
    }
}
