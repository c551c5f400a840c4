using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.Core.SingleView;
using CrmCloud.GraphQL;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.SingleView;

public sealed class TimelineTests : IAsyncDisposable
{
    private readonly Desk _desk = new();
    private readonly CustomerHistoryFields _history = new();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task The_timeline_merges_everything_newest_first_and_pages_without_gaps()
    {
        var ada = await FilledAsync(30);

        var whole = await _history.TimelineAsync(ada, null, _desk.Caller, default, first: 250);
        var paged = new List<TimelineEntry>();
        string? after = null;
        do
        {
            var page = await _history.TimelineAsync(ada, null, _desk.Caller, default, first: 7, after: after);
            paged.AddRange(page.Nodes);
            after = page.PageInfo.HasNextPage ? page.PageInfo.EndCursor : null;
        }
        while (after is not null);

        Assert.Equal(62, whole.Nodes.Count);
        Assert.Equal(whole.Nodes.Select(e => (e.At, e.Title, e.Node!.Id)),
            paged.Select(e => (e.At, e.Title, e.Node!.Id)));
        Assert.Equal(whole.Nodes.Select(e => e.At).OrderDescending(), whole.Nodes.Select(e => e.At));
        Assert.Equal(62, (await whole.TotalCountAsync(default)).Value);
    }

    [Fact]
    public async Task Only_the_kinds_asked_for_are_shown()
    {
        var ada = await FilledAsync(3);

        var orders = await _history.TimelineAsync(ada, [TimelineKind.Transaction], _desk.Caller, default);
        var consents = await _history.TimelineAsync(ada, [TimelineKind.Consent], _desk.Caller, default);

        Assert.Equal(3, orders.Nodes.Count);
        Assert.Equal(["REVOKED marketing", "GRANTED marketing"], consents.Nodes.Select(e => e.Title));
    }

    [Fact]
    public async Task A_cursor_serves_only_its_own_list_and_tenant()
    {
        var ada = await FilledAsync(10);
        var page = await _history.TimelineAsync(ada, null, _desk.Caller, default, first: 5);
        var cursor = page.PageInfo.EndCursor!;

        await Assert.ThrowsAsync<GraphQLRequestException>(() =>
            _history.TimelineAsync(ada, [TimelineKind.Transaction], _desk.Caller, default, first: 5, after: cursor));
        await Assert.ThrowsAsync<GraphQLRequestException>(() =>
            _history.TimelineAsync(ada, null, _desk.CallerOf("blue-shop"), default, first: 5, after: cursor));
        await Assert.ThrowsAsync<GraphQLRequestException>(
            () => _history.TimelineAsync(ada, null, _desk.Caller, default, first: 251));
    }

    [Fact]
    public async Task Touchpoints_count_by_channel_with_mean_satisfaction()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        foreach (var satisfaction in new[] { 5, 4, 4 })
        {
            await InteractAsync(Given.Interaction(Given.Ref(ada), "call",
                _desk.Clock.Now) with { Channel = Channel.Phone, Satisfaction = satisfaction });
        }

        await InteractAsync(Given.Interaction(Given.Ref(ada), "visit", _desk.Clock.Now));

        var touchpoints = await _history.TouchpointsAsync(ada, _desk.Caller, default);

        Assert.Equal([(Channel.Phone, 3, 4.33m), (Channel.Web, 1, null)],
            touchpoints.Select(t => (t.Channel, t.Count, t.Satisfaction)));
    }

    [Fact]
    public async Task A_capped_consent_permits_until_the_cap_is_reached_and_says_when_again()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        await ConsentAsync(ada, ConsentStatus.Granted, new() { Max = 2, Per = TimeSpan.FromDays(7) });
        var fields = new PermittedFields();

        var fresh = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));
        var first = _desk.Clock.Now;
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await InteractAsync(Given.Interaction(Given.Ref(ada), "newsletter", _desk.Clock.Now) with
            {
                Channel = Channel.Email,
                Direction = FlowDirection.Outbound,
            });
            _desk.Clock.Advance(TimeSpan.FromDays(1));
        }

        var full = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));
        _desk.Clock.Advance(TimeSpan.FromDays(5));
        var again = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));

        Assert.Equal((true, 2), (fresh.AllowedNow, fresh.RemainingInPeriod));
        Assert.Equal((false, 0, first.AddDays(7)), (full.AllowedNow, full.RemainingInPeriod, full.NextAllowedAt));
        Assert.Equal((true, 1), (again.AllowedNow, again.RemainingInPeriod));
    }

    [Fact]
    public async Task An_expired_or_revoked_consent_permits_nothing()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        await ConsentAsync(ada, ConsentStatus.Granted, null, _desk.Clock.Now.AddDays(1));
        var fields = new PermittedFields();

        var before = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));
        _desk.Clock.Advance(TimeSpan.FromDays(1));
        var expired = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));
        await ConsentAsync(ada, ConsentStatus.Revoked, null);
        var revoked = Assert.Single(await fields.PermittedAsync(ada, _desk.Caller, default));

        Assert.Equal([true, false, false], new[] { before, expired, revoked }.Select(p => p.AllowedNow));
    }

    private async Task<Customer> FilledAsync(int each)
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        await ConsentAsync(ada, ConsentStatus.Granted, null);
        for (var i = 0; i < each; i++)
        {
            // Several entries of one instant, in both kinds.
            var at = _desk.Clock.Now.AddMinutes(i / 3);
            await InteractAsync(Given.Interaction(Given.Ref(ada), "visit", at));
            await _desk.RunAsync<TransactionInput, TransactionRecordPayload>(
                _desk.Facts.TransactionRecordAsync, Given.Order(Given.Ref(ada), $"o{i}", 10 + i, at));
        }

        _desk.Clock.Advance(TimeSpan.FromHours(1));
        await ConsentAsync(ada, ConsentStatus.Revoked, null);
        return ada;
    }

    private async Task ConsentAsync(
        Customer customer, ConsentStatus status, FrequencyCapInput? cap, DateTimeOffset? expiresAt = null)
    {
        var result = await _desk.RunAsync<ConsentRecordInput, ConsentRecordPayload>(
                _desk.Consents.ConsentRecordAsync, new()
        {
            Customer = Given.Ref(customer),
            Purpose = "marketing",
            Channel = Channel.Email,
            Status = status,
            Source = "form",
            MaxPer = new(cap),
            ExpiresAt = new(expiresAt),
        });
        Assert.Empty(result.UserErrors);
    }

    private async Task InteractAsync(InteractionInput input)
    {
        var result = await _desk.RunAsync<InteractionInput, InteractionRecordPayload>(
                _desk.Interactions.InteractionRecordAsync, input);
        Assert.Empty(result.UserErrors);
    }
}
