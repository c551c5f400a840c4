using System.Globalization;
using System.Text;

namespace CrmCloud.GraphQL.Execution;

/// <summary>A response name or input field, or the index of a list item when <see cref="Name"/> is null.</summary>
internal readonly record struct PathKey(string? Name, int Index)
{
    public object Boxed => Name is null ? Index : Name;
}

/// <summary>Where in a nested value the work currently is. Grows and shrinks with it.</summary>
internal sealed class ValuePath
{
    private PathKey[] _keys = new PathKey[16];

    public int Length { get; private set; }

    public void Push(string name) => Push(new PathKey(name, 0));

    public void Push(int index) => Push(new PathKey(null, index));

    public void Pop() => Length--;

    /// <summary>Forgets everything after the length the path once had.</summary>
    public void ReturnTo(int length) => Length = length;

    public IReadOnlyList<object> ToList()
    {
        var list = new object[Length];
        for (var i = 0; i < Length; i++)
        {
            list[i] = _keys[i].Boxed;
        }

        return list;
    }

    /// <summary>As graphql-js shows it after a name: <c>[0].field</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var key in _keys.AsSpan(0, Length))
        {
            text.Append(key.Name is null ? $"[{key.Index.ToString(CultureInfo.InvariantCulture)}]" : "." + key.Name);
        }

        return text.ToString();
    }

    private void Push(PathKey key)
    {
        if (Length == _keys.Length)
        {
            Array.Resize(ref _keys, Length * 2);
        }

        _keys[Length++] = key;
    }
}
