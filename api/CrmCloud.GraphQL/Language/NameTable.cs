using System.Text;

namespace CrmCloud.GraphQL.Language;

/// <summary>Makes one string of each distinct name of a document.</summary>
/// <remarks>The hash is seeded per process, so nobody can prepare names that all collide.</remarks>
internal sealed class NameTable
{
    private (int Hash, string? Name)[] _slots = new (int, string?)[64];
    private int _count;

    public string Intern(ReadOnlySpan<byte> name)
    {
        var hash = HashOf(name);
        var mask = _slots.Length - 1;
        var index = hash & mask;
        while (_slots[index].Name is { } known)
        {
            if (_slots[index].Hash == hash && Ascii.Equals(name, known))
            {
                return known;
            }

            index = (index + 1) & mask;
        }

        var fresh = Encoding.ASCII.GetString(name);
        _slots[index] = (hash, fresh);
        if (++_count * 2 > _slots.Length)
        {
            Grow();
        }

        return fresh;
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new (int, string?)[old.Length * 2];
        var mask = _slots.Length - 1;
        foreach (var slot in old)
        {
            if (slot.Name is null)
            {
                continue;
            }

            var index = slot.Hash & mask;
            while (_slots[index].Name is not null)
            {
                index = (index + 1) & mask;
            }

            _slots[index] = slot;
        }
    }
}
