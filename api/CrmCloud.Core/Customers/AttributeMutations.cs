using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>A typed attribute for customers; the key finds the one to change.</summary>
public sealed record AttributeDefinitionInput
{
    /// <summary>Where given, the definition must exist and have this key.</summary>
    [Id, MaxLength(400)]
    public string? Id { get; init; }

    /// <summary>1 to 60 of a-z, 0-9 and '_', a letter first.</summary>
    [MaxLength(60), RegularExpression(
        "^[a-z][a-z0-9_]{0,59}$",
        ErrorMessage = "begins with a small letter; small letters, digits and '_' follow, "
            + "up to 60 together, such as \"shoe_size\"")]
    public required string Key { get; init; }

    [MaxLength(120), MinLength(1)]
    public required string Label { get; init; }

    /// <summary>Cannot change once set: values of the former type would be there.</summary>
    public required AttributeType Type { get; init; }

    public Optional<PiiClass?> Pii { get; init; }

    public bool? Required { get; init; }

    /// <summary>For ENUM and LIST; up to 250 texts.</summary>
    public Optional<IReadOnlyList<string>?> Allowed { get; init; }

    public required MergePolicy MergePolicy { get; init; }

    [MaxLength(20)]
    public IReadOnlyList<string>? PurposeLimit { get; init; }
}

public sealed record AttributeDefinitionSetPayload(AttributeDefinition? AttributeDefinition);

public sealed class AttributeMutations
{
    /// <summary>Defines an attribute or changes its definition. Values that are stored stay as they are.</summary>
    [Mutation, RequiresScope(Scope.AdminTenant)]
    public async Task<Outcome<Change<AttributeDefinitionSetPayload>>> AttributeDefinitionSetAsync(
        AttributeDefinitionInput input, Caller caller, CancellationToken stop)
    {
        var catalog = await AttributeCatalog.LoadAsync(caller.Store, stop);
        var before = catalog.Find(input.Key);
        if (Check(input, before, catalog) is { Count: > 0 } problems)
        {
            return problems;
        }

        var after = (before ?? New(input, caller.Now)) with
        {
            Label = input.Label.Trim(),
            Pii = input.Pii.IsSet ? input.Pii.Value : before?.Pii,
            Required = input.Required ?? before?.Required ?? false,
            Allowed = input.Allowed.IsSet ? input.Allowed.Value : before?.Allowed,
            MergePolicy = input.MergePolicy,
            PurposeLimit = input.PurposeLimit ?? before?.PurposeLimit ?? [],
        };
        if (before is not null && DocumentJson.Write(before).AsSpan().SequenceEqual(DocumentJson.Write(after)))
        {
            return new Change<AttributeDefinitionSetPayload>(new(before)) { Unchanged = before };
        }

        after = after with { UpdatedAt = caller.Now };
        return new Change<AttributeDefinitionSetPayload>(new(after with { Version = after.Version + 1 }))
            .With(before, after);
    }

    private static AttributeDefinition New(AttributeDefinitionInput input, DateTimeOffset now) => new()
    {
        AttributeKey = input.Key,
        Label = input.Label,
        Type = input.Type,
        MergePolicy = input.MergePolicy,
        CreatedAt = now,
    };

    private static List<Problem> Check(
        AttributeDefinitionInput input, AttributeDefinition? before, AttributeCatalog catalog)
    {
        var problems = new List<Problem>();
        if (input.Id is not null && before?.Id != input.Id)
        {
            problems.Add(Problems.NotFound("attribute with this id and key", "input.id"));
        }

        if (before is not null && before.Type != input.Type)
        {
            problems.Add(new InvalidInput(UserErrorCode.WrongState,
                $"'{input.Key}' is of type {Problem.PublicName(before.Type)} and stays so; define another key.",
                    "input.type"));
        }

        var allowed = input.Allowed.IsSet ? input.Allowed.Value : before?.Allowed;
        if (input.Type == AttributeType.Enum && allowed is not { Count: > 0 })
        {
            problems.Add(Problems.Required("input.allowed"));
        }

        if (allowed is { Count: > 0 } && input.Type is not (AttributeType.Enum or AttributeType.List))
        {
            problems.Add(Problems.Invalid("input.allowed", "Only ENUM and LIST have allowed values."));
        }

        if (before is null && catalog.All.Count >= AttributeDefinition.Most)
        {
            problems.Add(
                Problems.OutOfRange("input.key", $"A tenant has at most {AttributeDefinition.Most} attributes."));
        }

        return problems;
    }
}
