using System.Text.Json;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Tests.GraphQL.Binding;

[InterfaceType]
public interface IBook
{
    [Id]
    string Isbn { get; }

    string Title { get; }
}

public sealed record Novel(string Isbn, string Title) : IBook
{
    [Scalar("URL")]
    public string? Cover => null;

    [GraphQLIgnore]
    public string Secret => "x";
}

[OnlyFor(Format.Paper)]
public sealed record Loan(DateOnly Day, bool? IsOver);

public enum Format
{
    Paper,

    [GraphQLDeprecated("Nobody reads these.")]
    EBook,
}

[GraphQLName("{0}Connection")]
public sealed record Connection<T>(IReadOnlyList<T> Nodes);

public sealed record FilterInput(
    IReadOnlyList<string> Words,
    DateOnly? From,
    int Size = 10,
    Format Format = Format.Paper,
    JsonElement? Extra = null);

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class OnlyForAttribute(params Format[] roles) : SchemaDirectiveAttribute
{
    public IReadOnlyList<Format> Roles { get; } = roles;
}

public sealed class Library
{
    [Query, Cost(2), ListSize(SlicingArguments = ["first"], SizedFields = ["nodes"])]
    public Task<Connection<IBook>> GetBooksAsync(int first = 20, string? after = null) =>
        Task.FromResult(new Connection<IBook>([new Novel("1", after ?? $"{first}")]));

    [Query, OnlyFor(Format.Paper, Format.EBook)]
    public string Search(FilterInput filter) =>
        $"{string.Join(',', filter.Words)} {filter.From:dd.MM.yyyy} {filter.Size} {filter.Format} {filter.Extra}";
}

[ExtendObjectType(typeof(IBook))]
public sealed class BookFields
{
    public IReadOnlyList<Loan> Loans([Parent] IBook book, int minimum = 1) =>
        [new Loan(new DateOnly(2026, 1, minimum), null)];
}
