using System.Globalization;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// How new what one request read and wrote is: the account's session tokens, one for each physical partition met.
/// Safe for concurrent use.
/// </summary>
/// <remarks>
/// Each process reads what it has written itself. What another has written it may read a moment late, from a replica
/// that has not caught up; with these tokens it waits for one that has.
/// </remarks>
internal sealed class SeenPlaces(string prefix)
{
    // Those met last; an account would need hundreds of gigabytes to have more. Their text has to fit a header that is
    // read back only up to 2,000 characters: a line is about 35, with several regions up to 85.
    private const int Most = 16;

    private readonly List<Place> _places = [];

    /// <summary>One line for each; null before anything was read or written.</summary>
    public string? Text
    {
        get
        {
            lock (_places)
            {
                return _places.Count == 0 ? null : string.Join('\n', _places.Select(place => place.ToString()));
            }
        }
    }

    /// <param name="partitionKey">A logical partition that lies in the physical one.</param>
    /// <param name="session">As the account answers: <c>{range}:{version}#{number}</c>; null is not noted.</param>
    public void Note(Container container, string partitionKey, string? session)
    {
        if (session?.Split(':') is not [{ } range, { } numbers])
        {
            return;
        }

        var partition = partitionKey.Length > prefix.Length ? partitionKey[(prefix.Length + 1)..] : "";
        lock (_places)
        {
            var known = _places.FindIndex(place => place.Container == container && place.Range == range);
            if (known >= 0 && Order(_places[known].Numbers).CompareTo(Order(numbers)) >= 0)
            {
                return;
            }

            if (known >= 0 || _places.Count == Most)
            {
                _places.RemoveAt(Math.Max(0, known));
            }

            _places.Add(new(container, partition, range, numbers));
        }
    }

    /// <summary>The reverse of <see cref="Text"/>.</summary>
    public static IEnumerable<(Container Container, string Partition, string Session)> Read(string text) =>
        from line in text.Split('\n')
        let parts = line.Split('/')
        select ((Container)int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]);

    // "{version}#{number}#..", or the number alone; a new version comes when another replica takes over.
    private static (long Version, long Number) Order(string numbers)
    {
        var parts = numbers.Split('#');
        _ = long.TryParse(parts[0], CultureInfo.InvariantCulture, out var first);
        return parts.Length > 1 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var number)
            ? (first, number)
            : (long.MinValue, first);
    }

    private readonly record struct Place(Container Container, string Partition, string Range, string Numbers)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{(int)Container}/{Partition}/{Range}:{Numbers}");
    }
}
