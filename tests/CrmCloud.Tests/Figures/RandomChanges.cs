using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Figures;

/// <summary>Random things that happen to a tenant's data, from a seeded source.</summary>
internal sealed class RandomChanges(FigureWorld world, Random random)
{
    private readonly List<string> _people = [];
    private int _next;

    public async Task HappenAsync()
    {
        if (_people.Count == 0 || random.Next(12) == 0)
        {
            await MeetAsync();
        }

        await (random.Next(20) switch
        {
            < 8 => OrderAsync(),
            < 10 => RefundAsync(),
            < 12 => CorrectAsync(),
            12 => DeleteAsync(),
            13 => MoveAsync(),
            14 or 15 => InteractAsync(),
            16 => MeasureAsync(),
            17 => ConsentAsync(),
            18 => EditCustomerAsync(),
            _ => RepeatAsync(),
        });
    }

    private async Task MeetAsync()
    {
        if (_people.Count < 14)
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            _people.Add(await world.AddCustomerAsync(
                new Guid(bytes), customer => customer with { Email = random.Next(3) == 0 ? null : "a@example.org" }));
        }
    }

    private async Task OrderAsync()
    {
        var kind = new[] { 0, 0, 0, 0, 0, 1, 4, 5 }[random.Next(8)];
        var amount = random.Next(15) == 0 ? 0 : 1 + random.Next(50_000);
        await world.OrderAsync(Somebody(), $"order-{_next++}", amount, When(), (TransactionKind)kind);
    }

    private async Task RefundAsync()
    {
        var order = random.Next(4) == 0
            ? null
            : AnyOf(world.Transactions.Values.Where(t => t.Kind == TransactionKind.Purchase));
        var amount = order is null
            ? 1 + random.Next(9_000)
            : random.Next(2) == 0 ? order.AmountMinor : order.AmountMinor / 2;
        var kind = order is not null && random.Next(4) == 0 ? TransactionKind.Cancellation : TransactionKind.Refund;
        await world.OrderAsync(
            order?.CustomerId ?? Somebody(), $"refund-{_next++}", amount, When(), kind, order?.ExternalId.Id);
    }

    private async Task CorrectAsync()
    {
        if (AnyOf(world.Transactions.Values) is { } fact)
        {
            var corrected = random.Next(3) switch
            {
                0 => fact with { AmountMinor = 1 + random.Next(50_000) },
                1 => fact with { At = When() },
                _ => fact with { Kind = (TransactionKind)random.Next(6) },
            };
            await world.PutAsync(world.Transactions, corrected, (t, version) => t with { Version = version });
        }
    }

    private async Task DeleteAsync()
    {
        if (random.Next(2) == 0 && AnyOf(world.Interactions.Values) is { } interaction)
        {
            await world.DeleteAsync(world.Interactions, interaction);
        }
        else if (AnyOf(world.Transactions.Values) is { } transaction)
        {
            await FinishMoveAsync(transaction);
            await world.DeleteAsync(world.Transactions, transaction);
        }
    }

    /// <summary>Sometimes the process dies before the former copy is deleted; the worker then has to.</summary>
    private async Task MoveAsync()
    {
        var to = Somebody();
        if (AnyOf(world.Transactions.Values.Where(t => t.CustomerId != to)) is not { } fact)
        {
            return;
        }

        await FinishMoveAsync(fact);
        // The claim names the new owner first, as the pipeline has it: facts can move to and fro.
        var claim = await world.Store.FindAsync<Claim>(Claim.KeyOf("transaction", fact.FactId), FigureWorld.Stop);
        await world.SaveAsync((claim ?? Claim.On("transaction", fact.FactId, to)) with { OwnerId = to });
        var moved = fact with { CustomerId = to, FormerCustomerId = fact.CustomerId, Version = 0 };
        await world.PutAsync(world.Transactions, moved, (t, version) => t with { Version = version });
        if (random.Next(2) == 0)
        {
            await world.DeleteAsync(world.Transactions, fact);
        }

        world.Transactions.Remove(fact.Key);
    }

    // Whoever moves or deletes a fact finishes the move before: afterwards nothing names the former copy any more.
    private async Task FinishMoveAsync(Transaction fact)
    {
        if (fact.FormerCustomerId is { } former
            && await world.Store.FindAsync<Transaction>(
                Transaction.KeyOf(former, fact.FactId), FigureWorld.Stop) is { } copy)
        {
            await world.DeleteAsync(world.Transactions, copy);
        }
    }

    private async Task InteractAsync()
    {
        var external = new ExternalId("web", $"touch-{_next++}");
        await world.PutAsync(
            world.Interactions,
            new Interaction
            {
                FactId = Interaction.FactIdOf(external), CustomerId = Somebody(), ExternalId = external,
                Channel = (Channel)random.Next(4), Direction = (FlowDirection)random.Next(3),
                Type = new[] { "visit", "call", "exposure" }[random.Next(3)], At = When(), ReceivedAt = world.Clock.Now,
                Satisfaction = random.Next(2) == 0 ? null : 1 + random.Next(5),
            },
            (i, version) => i with { Version = version });
    }

    private async Task MeasureAsync()
    {
        var external = new ExternalId("ledger", $"measure-{random.Next(12)}");
        var key = Measurement.KeyOf(Measurement.FactIdOf(external));
        if (world.Measurements.TryGetValue(key, out var known) && random.Next(3) == 0)
        {
            await world.DeleteAsync(world.Measurements, known);
            return;
        }

        var measure = new Measurement
        {
            FactId = Measurement.FactIdOf(external), ExternalId = external,
            MeasureKey = new[] { "net_income", "acquisition_cost" }[random.Next(2)],
            At = DateOnly.FromDateTime(When().UtcDateTime), Amount = (random.Next(2_000) - 1_000) / 8m,
            Dimension = new[] { null, "web", "store" }[random.Next(3)], Version = known?.Version ?? 0,
        };
        await world.PutAsync(world.Measurements, measure, (m, version) => m with { Version = version });
    }

    private async Task ConsentAsync()
    {
        var person = Somebody();
        var key = Consent.KeyOf(person, "news", (Channel)random.Next(2));
        if (world.Consents.TryGetValue(key, out var known) && random.Next(4) == 0)
        {
            await world.DeleteAsync(world.Consents, known);
            return;
        }

        var consent = new Consent
        {
            CustomerId = person, Purpose = "news", Channel = Enum.Parse<Channel>(key.Id.Split('/')[3]),
            Recorded = (ConsentStatus)random.Next(3),
            ExpiresAt = random.Next(2) == 0 ? null : world.Clock.Now.AddMinutes(random.Next(60 * 24 * 50)),
            Evidence = new("form", null, world.Clock.Now, null), Version = known?.Version ?? 0,
        };
        await world.PutAsync(world.Consents, consent, (c, version) => c with { Version = version });
    }

    /// <summary>A name comes or goes; now and then the customer himself.</summary>
    private async Task EditCustomerAsync()
    {
        var person = Somebody();
        if (!world.Customers.TryGetValue(person, out var customer))
        {
            return;
        }

        if (random.Next(3) > 0)
        {
            var edited = customer with { Email = random.Next(2) == 0 ? null : "b@example.org" };
            await world.SaveAsync(edited);
            world.Customers[person] = edited with { Version = edited.Version + 1 };
            return;
        }

        // Erasing takes the facts one after the other, after the customer.
        await world.Store.SaveAsync(new CrmCloud.Store.Batch().Delete(customer), FigureWorld.Stop);
        world.Customers.Remove(person);
        if (random.Next(2) == 0)
        {
            _people.Remove(person);
            foreach (var fact in world.Transactions.Values.Where(t => t.CustomerId == person).ToList())
            {
                await FinishMoveAsync(fact);
                await world.DeleteAsync(world.Transactions, fact);
            }

            foreach (var touch in world.Interactions.Values.Where(t => t.CustomerId == person).ToList())
            {
                await world.DeleteAsync(world.Interactions, touch);
            }

            foreach (var consent in world.Consents.Values.Where(t => t.CustomerId == person).ToList())
            {
                await world.DeleteAsync(world.Consents, consent);
            }
        }
    }

    /// <summary>The same content again: a new version that says the same.</summary>
    private async Task RepeatAsync()
    {
        if (AnyOf(world.Transactions.Values) is { } fact)
        {
            await world.PutAsync(world.Transactions, fact, (t, version) => t with { Version = version });
        }
    }

    private string Somebody() => _people[random.Next(_people.Count)];

    private T? AnyOf<T>(IEnumerable<T> of) where T : class
    {
        var all = of.ToList();
        return all.Count == 0 ? null : all[random.Next(all.Count)];
    }

    /// <summary>
    /// Mostly lately, often at a midnight or at the same instant as something else, sometimes still to come.
    /// </summary>
    private DateTimeOffset When() => random.Next(8) switch
    {
        0 => world.Clock.Now.AddMinutes(random.Next(60 * 24 * 20)),
        1 => new DateTimeOffset(world.Clock.Now.UtcDateTime.Date.AddDays(-random.Next(100)), TimeSpan.Zero),
        2 => AnyOf(world.Transactions.Values)?.At ?? world.Clock.Now,
        3 => world.Clock.Now.AddDays(-random.Next(1_200)).AddSeconds(-random.Next(90_000)),
        _ => world.Clock.Now.AddDays(-random.Next(120)).AddSeconds(-random.Next(90_000)),
    };
}
