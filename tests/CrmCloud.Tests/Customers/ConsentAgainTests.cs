using CrmCloud.Core.Audit;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Tests.Customers;

/// <summary>What becomes of an expiry when a customer speaks again.</summary>
public sealed class ConsentAgainTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(ConsentStatus.Granted, -1)]
    [InlineData(ConsentStatus.Revoked, -1)]
    [InlineData(ConsentStatus.Revoked, 5)]
    public void Who_grants_anew_is_not_bound_by_the_expiry_of_what_ended(ConsentStatus earlier, int days)
    {
        var before = Decide(null, earlier, Now.AddDays(days), Now.AddDays(-10));

        var after = Decide(before, ConsentStatus.Granted, null, Now);

        Assert.Equal(ConsentStatus.Granted, after.StatusAt(Now));
        Assert.Equal((null, (DateTimeOffset?)Now), (after.ExpiresAt, after.GrantedAt));
    }

    [Fact]
    public void A_grant_that_still_stands_keeps_its_expiry_when_it_is_repeated()
    {
        var before = Decide(null, ConsentStatus.Granted, Now.AddDays(5), Now.AddDays(-10));

        var after = Decide(before, ConsentStatus.Granted, null, Now);

        Assert.Equal(before.ExpiresAt, after.ExpiresAt);
        Assert.Equal(ConsentStatus.Expired, after.StatusAt(Now.AddDays(6)));
    }

    private static Consent Decide(Consent? before, ConsentStatus status, DateTimeOffset? expires, DateTimeOffset at)
    {
        var input = new ConsentRecordInput
        {
            Customer = new() { Id = "x" }, Purpose = "marketing", Channel = Channel.Email, Status = status,
            ExpiresAt = expires is null ? default : new Optional<DateTimeOffset?>(expires), Source = "form",
        };
        var decided = ConsentMutations.Decide(before, "a", input, new Actor(ActorKind.App, "a", "A"), at);
        Assert.True(decided.Succeeded);
        return decided.Value;
    }
}
