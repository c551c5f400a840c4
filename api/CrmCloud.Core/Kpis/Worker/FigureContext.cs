namespace CrmCloud.Core.Kpis;

/// <summary>Under what a pass computes; the same for every customer in it.</summary>
/// <param name="Stamp">Of the settings behind <paramref name="Definitions"/>.</param>
/// <param name="Cuts">Null before the first epoch.</param>
/// <param name="Now">Epoch milliseconds; later facts do not count.</param>
internal sealed record FigureContext(Definitions Definitions, string Stamp, RfmCuts? Cuts, long Now);

/// <summary>
/// Totals that must not be changed step by step: a recount is half done, or they are of other settings.
/// </summary>
public sealed class RecountNeededException() : Exception("Figures must be recounted before changes can be applied.");
