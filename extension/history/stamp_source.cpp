#include "history/stamp_source.hpp"

extern "C" {
#include <catalog/pg_aggregate.h>
#include <catalog/pg_am.h>
#include <catalog/pg_amop.h>
#include <catalog/pg_amproc.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_cast.h>
#include <catalog/pg_class.h>
#include <catalog/pg_collation.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_conversion.h>
#include <catalog/pg_database.h>
#include <catalog/pg_db_role_setting.h>
#include <catalog/pg_default_acl.h>
#include <catalog/pg_depend.h>
#include <catalog/pg_description.h>
#include <catalog/pg_enum.h>
#include <catalog/pg_event_trigger.h>
#include <catalog/pg_extension.h>
#include <catalog/pg_foreign_data_wrapper.h>
#include <catalog/pg_foreign_server.h>
#include <catalog/pg_foreign_table.h>
#include <catalog/pg_index.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_init_privs.h>
#include <catalog/pg_language.h>
#include <catalog/pg_largeobject.h>
#include <catalog/pg_largeobject_metadata.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_opclass.h>
#include <catalog/pg_operator.h>
#include <catalog/pg_opfamily.h>
#include <catalog/pg_partitioned_table.h>
#include <catalog/pg_policy.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_publication.h>
#include <catalog/pg_publication_namespace.h>
#include <catalog/pg_publication_rel.h>
#include <catalog/pg_range.h>
#include <catalog/pg_rewrite.h>
#include <catalog/pg_seclabel.h>
#include <catalog/pg_sequence.h>
#include <catalog/pg_shdescription.h>
#include <catalog/pg_shseclabel.h>
#include <catalog/pg_statistic_ext.h>
#include <catalog/pg_subscription.h>
#include <catalog/pg_transform.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_ts_config.h>
#include <catalog/pg_ts_config_map.h>
#include <catalog/pg_ts_dict.h>
#include <catalog/pg_ts_parser.h>
#include <catalog/pg_ts_template.h>
#include <catalog/pg_type.h>
#include <catalog/pg_user_mapping.h>
}

namespace chronos::history {

namespace {

constexpr stamp_source own(Oid catalog, AttrNumber oid, AttrNumber schema = 0) {
    return {catalog, catalog, oid, schema, 0, 0};
}

constexpr stamp_source part(Oid catalog, Oid of, AttrNumber owner) {
    return {catalog, of, owner, 0, 0, 0};
}

constexpr stamp_source any(Oid catalog, AttrNumber classid, AttrNumber objid) {
    return {catalog, InvalidOid, objid, 0, classid, 0};
}

constexpr stamp_source whole(Oid catalog) { return {catalog, catalog, 0, 0, 0, 0}; }

constexpr stamp_source shared(Oid catalog, AttrNumber database) {
    return {catalog, catalog, 0, 0, 0, database};
}

constexpr Oid kRelation = RelationRelationId;
constexpr Oid kType = TypeRelationId;

constexpr stamp_source kSources[] = {
    own(kRelation, Anum_pg_class_oid, Anum_pg_class_relnamespace),
    part(AttributeRelationId, kRelation, Anum_pg_attribute_attrelid),
    part(AttrDefaultRelationId, kRelation, Anum_pg_attrdef_adrelid),
    part(IndexRelationId, kRelation, Anum_pg_index_indexrelid),
    part(InheritsRelationId, kRelation, Anum_pg_inherits_inhrelid),
    part(SequenceRelationId, kRelation, Anum_pg_sequence_seqrelid),
    part(PartitionedRelationId, kRelation, Anum_pg_partitioned_table_partrelid),
    part(ForeignTableRelationId, kRelation, Anum_pg_foreign_table_ftrelid),
    own(ConstraintRelationId, Anum_pg_constraint_oid, Anum_pg_constraint_connamespace),
    // When one is gone, only these can tell that it was theirs.
    part(ConstraintRelationId, kType, Anum_pg_constraint_contypid),
    part(ConstraintRelationId, kRelation, Anum_pg_constraint_conrelid),
    own(kType, Anum_pg_type_oid, Anum_pg_type_typnamespace),
    part(EnumRelationId, kType, Anum_pg_enum_enumtypid),
    part(RangeRelationId, kType, Anum_pg_range_rngtypid),
    own(ProcedureRelationId, Anum_pg_proc_oid, Anum_pg_proc_pronamespace),
    part(AggregateRelationId, ProcedureRelationId, Anum_pg_aggregate_aggfnoid),
    own(TriggerRelationId, Anum_pg_trigger_oid),
    own(RewriteRelationId, Anum_pg_rewrite_oid),
    own(PolicyRelationId, Anum_pg_policy_oid),
    own(StatisticExtRelationId, Anum_pg_statistic_ext_oid, Anum_pg_statistic_ext_stxnamespace),
    own(NamespaceRelationId, Anum_pg_namespace_oid, Anum_pg_namespace_oid),
    part(LargeObjectMetadataRelationId, LargeObjectRelationId, Anum_pg_largeobject_metadata_oid),
    any(DependRelationId, Anum_pg_depend_classid, Anum_pg_depend_objid),
    any(DescriptionRelationId, Anum_pg_description_classoid, Anum_pg_description_objoid),
    any(SecLabelRelationId, Anum_pg_seclabel_classoid, Anum_pg_seclabel_objoid),
    any(InitPrivsRelationId, Anum_pg_init_privs_classoid, Anum_pg_init_privs_objoid),
    whole(AccessMethodRelationId),
    whole(AccessMethodOperatorRelationId),
    whole(AccessMethodProcedureRelationId),
    whole(CastRelationId),
    whole(CollationRelationId),
    whole(ConversionRelationId),
    whole(DefaultAclRelationId),
    whole(EventTriggerRelationId),
    whole(ExtensionRelationId),
    whole(ForeignDataWrapperRelationId),
    whole(ForeignServerRelationId),
    whole(LanguageRelationId),
    whole(OperatorClassRelationId),
    whole(OperatorRelationId),
    whole(OperatorFamilyRelationId),
    whole(PublicationNamespaceRelationId),
    whole(PublicationRelRelationId),
    whole(PublicationRelationId),
    whole(TransformRelationId),
    whole(TSConfigRelationId),
    whole(TSConfigMapRelationId),
    whole(TSDictionaryRelationId),
    whole(TSParserRelationId),
    whole(TSTemplateRelationId),
    whole(UserMappingRelationId),
    shared(SubscriptionRelationId, Anum_pg_subscription_subdbid),
    shared(DatabaseRelationId, Anum_pg_database_oid),
    shared(DbRoleSettingRelationId, Anum_pg_db_role_setting_setdatabase),
    shared(SharedDescriptionRelationId, Anum_pg_shdescription_objoid),
    shared(SharedSecLabelRelationId, Anum_pg_shseclabel_objoid),
};

}  // namespace

std::span<const stamp_source> stamp_sources() { return kSources; }

bool is_told_apart(Oid classid) {
    switch (classid) {
        case RelationRelationId:
        case AttrDefaultRelationId:
        case ConstraintRelationId:
        case TypeRelationId:
        case ProcedureRelationId:
        case TriggerRelationId:
        case RewriteRelationId:
        case PolicyRelationId:
        case StatisticExtRelationId:
        case NamespaceRelationId:
        case LargeObjectRelationId:
            return true;
        default:
            return false;
    }
}

bool stands_before(const stamp& left, const stamp& right) {
    return left.objid != right.objid ? left.objid < right.objid : left.classid < right.classid;
}

}  // namespace chronos::history
