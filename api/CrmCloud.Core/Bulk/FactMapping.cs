using System.Text.Json;
using System.Text.RegularExpressions;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Bulk;

/// <summary>Rows of targets INTERACTIONS, CONSENTS and MEASUREMENTS.</summary>
public static partial class FactMapping
{
    public static MappedRecord Interaction(RecordCells cells, ImportPlan plan)
    {
        var externalId = CommonMapping.ExternalId(cells);
        var customer = CommonMapping.CustomerId(cells);
        var newCustomer = CommonMapping.NewCustomer(cells);
        var (channel, direction) = (cells.Enum<Channel>("channel"), cells.Enum<FlowDirection>("direction"));
        var (type, at) = (cells.Text("type", most: 60), cells.Instant("occurredAt"));
        var properties = Properties(cells);
        var satisfaction = cells.Whole("satisfaction", 1, 5);
        var summary = cells.Text("summary", most: 2_000);
        if (externalId is null || customer is null || channel is null
            || direction is null || type is null || at is null)
        {
            return new(cells.Record);
        }

        var input = new InteractionInput
        {
            ExternalId = externalId,
            Customer = new() { ExternalId = customer },
            Channel = channel.Value,
            Direction = direction.Value,
            Type = type,
            OccurredAt = at.Value,
            Summary = CommonMapping.Given(summary),
            Properties = properties is { } json ? new(json) : default,
            Satisfaction = CommonMapping.Given(satisfaction),
        };
        return new(cells.Record) { Input = input, NewCustomer = newCustomer };
    }

    public static MappedRecord Consent(RecordCells cells)
    {
        var customer = CommonMapping.CustomerId(cells);
        var (channel, status) = (cells.Enum<Channel>("channel"), cells.Enum<ConsentStatus>("status"));
        var (purpose, source) = (cells.Text("purpose", most: 60), cells.Text("source", most: 120));
        var (basis, value) = (cells.Enum<LawfulBasis>("lawfulBasis"), cells.Whole("valueToCustomer", 1, 5));
        var (at, expiresAt) = (cells.Instant("at"), cells.Instant("expiresAt"));
        var (wording, proof) = (cells.Text("wordingVersion", most: 60), cells.Text("proofUrl", most: 500));
        if (purpose is not null && !Word().IsMatch(purpose))
        {
            cells.Add("purpose", UserErrorCode.Invalid, "1 to 60 of a-z, 0-9, '_', '-' and '.'.");
        }

        if (customer is null || channel is null || status is null || purpose is null || source is null)
        {
            return new(cells.Record);
        }

        var input = new ConsentRecordInput
        {
            Customer = new() { ExternalId = customer },
            Purpose = purpose,
            Channel = channel.Value,
            Status = status.Value,
            LawfulBasis = basis ?? LawfulBasis.Consent,
            ExpiresAt = CommonMapping.Given(expiresAt),
            ValueToCustomer = CommonMapping.Given(value),
            Source = source,
            WordingVersion = wording,
            ProofUrl = proof,
        };
        return new(cells.Record) { Input = new ConsentRow(input, at) };
    }

    public static MappedRecord Measurement(RecordCells cells)
    {
        var externalId = CommonMapping.ExternalId(cells);
        var (key, at, amount) = (cells.Text("key", most: 60), cells.Day("at"), cells.Decimal("amount"));
        var currency = CommonMapping.Currency(cells);
        var dimension = cells.Text("dimension", most: 100);
        if (externalId is null || key is null || at is null || amount is null)
        {
            return new(cells.Record);
        }

        var input = new MeasurementInput
        {
            ExternalId = externalId,
            Key = key,
            At = at.Value,
            Amount = amount.Value,
            Currency = CommonMapping.Given(currency),
            Dimension = CommonMapping.Given(dimension),
        };
        return new(cells.Record) { Input = input };
    }

    private static JsonElement? Properties(RecordCells cells)
    {
        if (cells.Text("properties", most: 20_000) is not { } text)
        {
            return null;
        }

        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(text);
            if (json.ValueKind == JsonValueKind.Object)
            {
                return json;
            }
        }
        catch (JsonException)
        {
            // Said below, as for JSON that is no object.
        }

        cells.Add("properties", UserErrorCode.Invalid, "Not a JSON object.");
        return null;
    }

    [GeneratedRegex(@"\A[a-z0-9_.-]{1,60}\z")]
    private static partial Regex Word();
}
