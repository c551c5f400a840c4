using CrmCloud.Core.Audit;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Live;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Predictive;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.SingleView;
using CrmCloud.Core.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core;

/// <summary>The product: every feature, one line each. A new feature is a folder and a line here.</summary>
public static class Product
{
    public static FeatureRegistry AddCrmCloud(this IServiceCollection services)
    {
        var registry = new FeatureRegistry(services);
        services.AddSingleton<ChangeSignal>();
        services.AddSingleton<TenantVisit>();
        services.AddSingleton<MutationPipeline>();
        registry.Fields<NodeQueries>();
        registry.Type<InvalidInput>().Type<NotFound>().Type<Conflict>().Type<IdempotencyMismatch>();

        TenantsFeature.Register(registry);
        CustomersFeature.Register(registry);
        InteractionsFeature.Register(registry);
        KpisFeature.Register(registry);
        SegmentsFeature.Register(registry);
        PredictiveFeature.Register(registry);
        PersonalizationFeature.Register(registry);
        JobsFeature.Register(registry);
        SingleViewFeature.Register(registry);
        AuditFeature.Register(registry);
        BulkFeature.Register(registry);
        ObjectivesFeature.Register(registry);
        LiveFeature.Register(registry);
        return registry;
    }
}
