using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

public static class InteractionsFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Fields<InteractionQueries>()
        .Fields<InteractionFields>()
        .Fields<TransactionFields>()
        .Fields<FactMutations>()
        .Fields<InteractionMutations>()
        .Node<Transaction>(Scope.InteractionsRead,
            (caller, id, stop) => FactReading.TransactionByLocalIdAsync(caller.Store, id, stop))
        .Node<Interaction>(Scope.InteractionsRead,
            (caller, id, stop) => FactReading.InteractionByLocalIdAsync(caller.Store, id, stop))
        .Node<Measurement>(Scope.InteractionsRead,
            (caller, id, stop) => FactReading.MeasurementByLocalIdAsync(caller.Store, id, stop))
        .Index(Container.Interactions, "interaction", "at")
        .Index(Container.Interactions, "interaction", "customerId", "at")
        .Index(Container.Interactions, "transaction", "customerId", "at");
}
