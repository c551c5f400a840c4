using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using static CrmCloud.Tests.Rules.RuleWorld;

namespace CrmCloud.Tests.Rules;

/// <summary>What the clauses of a rule mean, each at its edges.</summary>
public sealed class RuleMeaningTests
{
    private static readonly RuleCompiler Compiler = new(Vocabulary());

    [Theory]
    [InlineData("count(order) = 0", true)]
    [InlineData("sum(order.amount) < 100.00 GBP", true)]
    [InlineData("no order within 30d", true)]
    [InlineData("avg(order.amount) < 100.00 GBP", false)]
    [InlineData("min(order.amount) != 100.00 GBP", false)]
    [InlineData("age_of_last(order) > 1d", false)]
    [InlineData("recency > 1", false)]
    [InlineData("frequency = 0 and lifecycle = 'prospect' and idic_stage = 'anonymous'", true)]
    [InlineData("score R >= 1", false)]
    [InlineData("city != 'Paris' or city not in ('Paris') or tags != 'x'", false)]
    [InlineData("city is null and not city = 'Paris'", true)]
    [InlineData("satisfaction < 5", false)]
    [InlineData("consent(marketing) or in segment churned", false)]
    public void Who_has_done_nothing_is_asked_too_and_comparing_with_nothing_is_false(string text, bool holds) =>
        Assert.Equal(holds, Holds(text, new RuleSubject(Facts()), "2026-11-21T12:00Z"));

    [Theory]
    [InlineData("2026-11-10T09:59:59.999Z", false)]
    [InlineData("2026-11-10T10:00Z", true)]
    [InlineData("2026-11-11T09:59:59.999Z", true)]
    [InlineData("2026-11-11T10:00Z", false)]
    public void A_window_holds_an_event_from_its_instant_until_its_length_later(string now, bool holds)
    {
        var subject = new RuleSubject(Facts(Order(1, "2026-11-10T10:00Z")));

        Assert.Equal(holds, Holds("count(order within 1d) = 1", subject, now));
        Assert.Equal(!holds, Holds("no order within 24h", subject, now));
    }

    [Fact]
    public void An_order_counts_until_it_is_taken_back()
    {
        var subject = new RuleSubject(Facts(
            Order(1, "2026-11-01T00:00Z"), Order(2, "2026-11-02T00:00Z", 500), Order(3, "2026-11-03T00:00Z", 0),
            new Fact(4, 1, FactKind.Refund, Ms("2026-11-05T00:00Z")) { Amount = 400, RefundOf = 1 },
            new Fact(5, 1, FactKind.Refund, Ms("2026-11-06T00:00Z")) { Amount = 600, RefundOf = 1 },
            new Fact(6, 1, FactKind.Cancellation, Ms("2026-11-07T00:00Z")) { RefundOf = 2 }));
        var rule = Compile("count(order) = 2");
        var cache = new LeafCache();

        Assert.True(rule.Evaluate(subject, Instant("2026-11-05T12:00Z"), cache));
        Assert.Equal(Instant("2026-11-06T00:00Z"), rule.NextChange(subject, Instant("2026-11-05T12:00Z"), cache));
        Assert.False(rule.Evaluate(subject, Instant("2026-11-06T00:00Z"), cache));
        Assert.True(
            Holds("no order and count(refund) = 2 and sum(refund.amount) = 10.00 GBP", subject, "2026-11-07T00:00Z"));
        Assert.Null(Compile("no order").NextChange(subject, Instant("2026-11-07T00:00Z"), cache));
    }

    [Theory]
    [InlineData("2026-01-15T10:00Z", "1mo", "2026-02-15T10:00Z")]
    [InlineData("2026-01-31T10:00Z", "1mo", "2026-03-01T00:00Z")]
    [InlineData("2028-02-29T10:00Z", "1y", "2029-03-01T00:00Z")]
    [InlineData("2026-03-15T10:00Z", "1mo", "2026-04-15T09:00Z")]
    [InlineData("2026-02-28T23:30Z", "1mo", "2026-03-28T23:30Z")]
    [InlineData("2026-02-28T23:30Z", "4w", "2026-03-28T23:30Z")]
    [InlineData("2026-03-15T10:00Z", "31d", "2026-04-15T10:00Z")]
    public void Months_and_years_follow_the_tenants_calendar_and_days_are_24_hours(
        string at, string length, string until)
    {
        var subject = new RuleSubject(Facts(Order(1, at)));
        var cache = new LeafCache();

        Assert.Equal(Instant(until), Compile($"no order within {length}").NextChange(subject, Instant(at), cache));
        Assert.True(Holds($"age_of_last(order) = {length} and no order within {length}", subject, until));
        Assert.True(Compile($"count(order within {length}) = 1")
            .Evaluate(subject, Instant(until).AddMilliseconds(-1), cache));
    }

    [Fact]
    public void Recency_moves_at_the_tenants_midnight()
    {
        // 2026-03-28 is the day before the clocks go forward in London.
        var day = PeriodCalendar.Of(new CalendarSettings("Europe/London")).DayOf(new DateOnly(2026, 3, 28));
        var subject = new RuleSubject(Facts())
        {
            Profile = new StoredProfile { CustomerId = "", Value = new CustomerProfile { LastOrderDay = day } },
        };
        var cache = new LeafCache();
        var now = Instant("2026-03-28T12:00Z");

        Assert.Equal(Instant("2026-03-30T00:00+01:00"), Compile("recency >= 2").NextChange(subject, now, cache));
        Assert.Equal(Instant("2026-03-29T00:00Z"), Compile("recency = 0").NextChange(subject, now, cache));
        Assert.Null(Compile("recency < 0").NextChange(subject, now, cache));
    }

    [Fact]
    public void Interactions_are_told_by_type_channel_direction_and_satisfaction()
    {
        var web = TouchCode.Of(Channel.Web, FlowDirection.Inbound);
        var mail = TouchCode.Of(Channel.Email, FlowDirection.Outbound);
        Fact Of(long id, string type, byte code, int satisfaction) =>
            new(id, 1, FactKind.Interaction, Ms($"2026-11-0{id}T00:00Z"))
            {
                Type = type, Channel = code, Amount = satisfaction,
            };
        var subject = new RuleSubject(
            Facts(Of(1, "visit", web, 2), Of(2, "visit", mail, 0), Of(3, "call", mail, 5), Of(4, "visit", web, 3)));

        Assert.True(Holds(
            "count(visit) = 3 and count(visit.satisfaction) = 2 and avg(visit.satisfaction) = 2.5 "
            + "and max(call.satisfaction) = 5 and distinct(visit.channel) = 2 "
            + "and count(visit where channel = 'web' and direction = 'inbound') = 2 "
            + "and count(\"support.mail\") = 0 and satisfaction = 3 and distinct(visit.satisfaction) = 2",
            subject, "2026-11-21T00:00Z"));
    }

    [Fact]
    public void A_consent_ends_when_the_last_one_expires()
    {
        ConsentMark Mark(Channel channel, string? until) =>
            new("marketing", channel, true, until is null ? null : Ms(until), 1);
        var subject = new RuleSubject(Facts())
        {
            Profile = new StoredProfile
            {
                CustomerId = "",
                Consents = [Mark(Channel.Email, "2026-12-01T00:00Z"), Mark(Channel.Sms, "2026-12-05T00:00Z")],
            },
        };
        var (now, cache) = (Instant("2026-11-21T00:00Z"), new LeafCache());

        Assert.Equal(Instant("2026-12-05T00:00Z"), Compile("consent(marketing)").NextChange(subject, now, cache));
        Assert.Equal(
            Instant("2026-12-01T00:00Z"), Compile("consent(marketing, email)").NextChange(subject, now, cache));
        Assert.False(Holds("consent(marketing, email)", subject, "2026-12-01T00:00Z"));
        Assert.False(Holds("consent(news)", subject, "2026-11-21T00:00Z"));
    }

    [Fact]
    public void A_trace_names_every_clause_with_the_value_it_saw()
    {
        var subject = new RuleSubject(Facts(Order(1, "2026-11-10T10:00Z", 1_250), Order(2, "2026-11-12T10:00Z", 1_000)))
        {
            Customer = new Customer { CustomerId = "", Email = "a@b.example" },
        };
        var rule = Compile(
            "avg(order.amount) > 20.00 GBP and age_of_last(order) < 30d or city = 'Paris' and email is not null");

        var trace = rule.Trace(subject, Instant("2026-11-21T13:00Z"), new LeafCache());

        Assert.Equal(
            [
                new RuleTrace("avg(order.amount) > 20.00 GBP", false, "11.25 GBP", "> 20.00 GBP"),
                new RuleTrace("age_of_last(order) < 30d", true, "9d 3h", "< 30d"),
                new RuleTrace("city = 'Paris'", false, null, "= 'Paris'"),
                new RuleTrace("email is not null", true, "a@b.example", "is not null") { IsPersonal = true },
            ],
            trace);
    }

    [Fact]
    public void A_rule_knows_what_it_reads_and_costs()
    {
        var rule = Compile(
            "count(order) > 1 and not in segment churned or in segment b-2 and score R > 3 and recency > 4");

        Assert.Equal(["b-2", "churned"], rule.References);
        Assert.Equal(["order", "recency"], rule.Names);
        Assert.True(rule is { ReadsEvents: true, ReadsAttributes: false, ReadsScores: true, ReadsCalendar: true });
        Assert.Equal(new RuleCost(8, 2_000, null), rule.Cost(1_000));
    }

    [Fact]
    public void Rules_share_what_they_ask_of_events()
    {
        var compiler = new RuleCompiler(Vocabulary());
        string[] texts =
        [
            "count(order where amount > 1.00 GBP and kind = 'purchase' within 9d) > 1",
            "sum(order.amount where kind = 'purchase' and amount > 1.00 GBP within 9d) > 1.00 GBP and no order",
            "age_of_last(order) > 3d "
                + "or avg(order.amount where amount > 1.00 GBP and kind = 'purchase' within 9d) > 1.00 GBP",
        ];
        var rules = texts.Select(text => compiler.Compile(text).Value).ToList();
        var (subject, cache) = (new RuleSubject(Facts(Order(1, "2026-11-10T10:00Z"))), new LeafCache());

        foreach (var rule in rules)
        {
            rule.Evaluate(subject, Instant("2026-11-12T10:00Z"), cache);
        }

        Assert.Equal(2, cache.LeavesRead);
        subject.Facts.Load(new CustomerHistory());
        Assert.False(rules[0].Evaluate(subject, Instant("2026-11-12T10:00Z"), cache));
    }

    private static CompiledRule Compile(string text) => Compiler.Compile(text).Value;

    private static bool Holds(string text, RuleSubject subject, string now) =>
        Compile(text).Evaluate(subject, Instant(now), new LeafCache());
}
