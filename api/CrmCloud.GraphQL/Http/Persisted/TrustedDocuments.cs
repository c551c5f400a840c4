using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Http;

/// <summary>The documents of a folder, by file name and by hash. Read once.</summary>
internal sealed class TrustedDocuments
{
    private readonly Dictionary<string, byte[]> _byId = new(StringComparer.Ordinal);

    /// <param name="folder">Null for no documents.</param>
    /// <exception cref="SchemaException">A document is not valid; the message names the file.</exception>
    public static TrustedDocuments Read(Executor executor, string? folder)
    {
        var documents = new TrustedDocuments();
        foreach (var file in folder is null ? [] : Directory.GetFiles(folder, "*.graphql"))
        {
            var bytes = File.ReadAllBytes(file);
            Require(executor, bytes, Path.GetFileName(file));
            documents._byId[Path.GetFileNameWithoutExtension(file)] = bytes;
            documents._byId["sha256:" + HashedDocuments.HashOf(bytes)] = bytes;
        }

        return documents;
    }

    public ReadOnlyMemory<byte>? Find(string id) =>
        _byId.TryGetValue(id, out var found) ? found : default(ReadOnlyMemory<byte>?);

    public bool Contains(ReadOnlyMemory<byte> document) =>
        _byId.ContainsKey("sha256:" + HashedDocuments.HashOf(document.Span));

    private static void Require(Executor executor, byte[] bytes, string file)
    {
        try
        {
            var parsed = GraphQLParser.Parse(bytes, executor.Limits.Document);
            if (DocumentValidator.Validate(executor.Schema, parsed, executor.Limits.Operation) is [var first, ..])
            {
                throw new SchemaException($"The trusted document {file} is not valid: {first.Message}");
            }
        }
        catch (GraphQLSyntaxException fault)
        {
            throw new SchemaException($"The trusted document {file} is not GraphQL: {fault.Message}");
        }
    }
}
