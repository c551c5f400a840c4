using CrmCloud.Core.Customers;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.SingleView;

[ExtendObjectType(typeof(Customer))]
public sealed class PermittedFields
{
    /// <summary>For each purpose and channel he was asked about: may we contact him now, and why.</summary>
    [Cost(5)]
    public Task<IReadOnlyList<PermittedContact>> PermittedAsync(
        [Parent] Customer customer, Caller caller, CancellationToken stop) =>
        PermittedContacts.OfAsync(caller, customer.CustomerId, stop);
}
