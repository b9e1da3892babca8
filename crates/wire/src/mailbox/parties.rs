//! Who writes and who is written to, and what a message is about.

use uuid::Uuid;

words! {
    /// Kind of a sender's number.
    SenderIdType { Cpr Cvr }
    /// Kind of a recipient's number or address.
    RecipientIdType { Cpr Cvr Email }
}

shapes! {
    /// Who sends.
    Sender {
        sender_id: String,
        sender_id_type: SenderIdType,
        sender_id_type_label: String,
        label: String,
        attention_data: AttentionData,
        contact_point: MessageContactPoint,
        organisation_id: Uuid,
    }

    /// Who receives. In a draft the number may still be missing.
    Recipient {
        #[schema(max_length = 256)]
        recipient_id: String,
        recipient_id_type: RecipientIdType,
        #[schema(max_length = 256)]
        recipient_id_type_label: String,
        #[schema(max_length = 256)]
        label: String,
        attention_data: AttentionData,
        contact_point: MessageContactPoint,
    }

    /// A contact point named in a message.
    MessageContactPoint {
        #[schema(max_length = 256)]
        contact_group: String,
        contact_point_id: Uuid,
        #[schema(max_length = 256)]
        label: String,
        #[schema(max_items = 2)]
        contact_info: Vec<ContactInfo>,
    }

    /// What a contact point asks for.
    ContactInfo {
        #[schema(max_length = 256)]
        label: String,
        #[schema(max_length = 256)]
        value: String,
    }

    /// Who inside an organisation.
    AttentionData {
        person_id: String,
        person_label: String,
        production_unit_number: String,
        production_unit_name: String,
        global_location_number: String,
        location: String,
        email_address: String,
        related_email_agent: String,
        se_number: String,
        se_company_name: String,
        telephone_number: String,
        related_telephone_agent: String,
        content_responsible_id: String,
        content_responsible_label: String,
        generating_system_id: String,
        generating_system_label: String,
        unstructured_address: String,
        address: Address,
        sor_data_sor_identifier: String,
        sor_data_entry_name: String,
        eid: String,
        eid_label: String,
    }

    /// An address in its parts.
    Address {
        address_label: String,
        house_number: String,
        door: String,
        floor: String,
        co: String,
        zip_code: String,
        city: String,
        country: String,
    }

    /// What a message is about.
    ContentData {
        cpr_data_cpr_number: String,
        cpr_data_name: String,
        cvr_data_cvr_number: String,
        cvr_data_company_name: String,
        motor_vehicle_license_number: String,
        motor_vehicle_chassis_number: String,
        property_number: String,
        #[schema(max_length = 256)]
        case_id: String,
        #[schema(max_length = 256)]
        case_system: String,
        kle_data_subject_key: String,
        kle_data_version: String,
        kle_data_activity_facet: String,
        kle_data_label: String,
        form_data_task_key: String,
        form_data_version: String,
        form_data_activity_facet: String,
        form_data_label: String,
        production_unit_number: u64,
        production_unit_name: String,
        education_code: String,
        education_name: String,
        unstructured_address: String,
        address: Address,
        additional_content_data: Vec<AdditionalContentData>,
    }

    /// A pair of the sender's own.
    AdditionalContentData {
        content_data_type: String,
        content_data_name: String,
        content_data_value: String,
    }

    /// One step of a conversation.
    ReplyData {
        child_message_id: Uuid,
        parent_message_id: Uuid,
        message_identifier: String,
        sender_id: String,
        recipient_id: String,
        case_id: String,
        contact_point_id: String,
        generating_system_id: String,
        comment: String,
        additional_reply_data: Vec<AdditionalReplyData>,
    }

    /// A pair that an answer brings back.
    AdditionalReplyData {
        label: String,
        value: String,
    }

    /// Where a forwarded message comes from.
    ForwardData {
        original_message_id: Uuid,
        original_sender: String,
        original_content_responsible: String,
        contact_point_id: Uuid,
        comment: String,
        original_message_date_time: String,
    }
}
