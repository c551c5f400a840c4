namespace CrmCloud.Core.Moving;

/// <summary>What a tenant's file holds, known to be whole and unaltered.</summary>
/// <param name="Sha256">Of its content, to recognise it by.</param>
/// <param name="Horizon">What ends until then is not in <paramref name="Tally"/>.</param>
internal sealed record FileCheck(
    TenantFileHeader Header, Tally Tally, IReadOnlyList<MovedIndicator> Indicators, string Sha256,
    DateTimeOffset? Horizon)
{
    /// <summary>Reads the file to its end.</summary>
    /// <exception cref="MoveRefusedException">It is torn, was altered, or is of another format.</exception>
    public static FileCheck Of(string path, DateTimeOffset? horizon)
    {
        var (counted, living, indicators) = (new Tally(), new Tally(), new List<MovedIndicator>());
        var (header, end) = (default(TenantFileHeader), default(TenantFileEnd));
        using var files = new ArrivingFiles(_ => Stream.Null, (file, sha256) =>
        {
            counted.Add(file, sha256);
            living.Add(file, sha256);
        });
        foreach (var line in TenantFileReader.Read(path))
        {
            (header, end) = (header ?? line.Header, line.End);
            files.Take(line);
            if (line.Document is { } document)
            {
                if (document.Outlives(header!.CountedBeyond))
                {
                    counted.Add(document);
                }

                if (document.Outlives(horizon))
                {
                    living.Add(document);
                }
            }
            else if (line.Indicator is { } indicator)
            {
                indicators.Add(indicator);
            }
        }

        return counted.Counts.SequenceEqual(header!.Counts)
            ? new(header, living, indicators, end!.Sha256, horizon)
            : throw new MoveRefusedException("The file was altered: it does not hold what its header counts.");
    }
}
