using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Tenants;

/// <summary>What a key may do. A key holds a set; each field names the scopes of which one suffices.</summary>
public enum Scope
{
    ProgrammeRead,
    ProgrammeWrite,
    ObjectivesRead,
    ObjectivesWrite,
    CustomersRead,
    CustomersReadPii,
    CustomersWrite,
    CustomersMerge,
    CustomersErase,
    CustomerSessions,
    InteractionsRead,
    InteractionsWrite,
    SegmentsRead,
    SegmentsWrite,
    PersonalizationRead,
    PersonalizationWrite,
    SurveysRead,
    SurveysWrite,
    WebhooksManage,
    BulkRun,
    AdminTenant,
    AdminAccess,
    AdminBilling,
    AuditRead,
}
