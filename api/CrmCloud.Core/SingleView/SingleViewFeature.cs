using CrmCloud.Core.Schema;

namespace CrmCloud.Core.SingleView;

/// <summary>What is known of a customer, put together from master data, facts and figures.</summary>
public static class SingleViewFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Fields<CustomerHistoryFields>()
        .Fields<PermittedFields>()
        .Fields<CustomerListQueries>()
        .Fields<CustomerValueFields>();
}
