using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Predictive;

/// <summary>What predictions of customers rest on.</summary>
/// <param name="FittedAt">Null before the first fit.</param>
/// <param name="Customers">Customers with a qualifying order at the fit.</param>
/// <param name="Repeating">Of these, who ordered on more than one local day.</param>
/// <param name="Sample">How many the parameters were fitted to: all, or an even part of very many.</param>
/// <param name="Missing">Why a part is null, in words; null when both are there.</param>
/// <param name="Purchases">BG/NBD: how often customers buy, and when they leave.</param>
/// <param name="Spend">Gamma-Gamma: what they spend on a day with an order.</param>
/// <param name="HorizonMonths">Of the lifetime value.</param>
/// <param name="AnnualDiscount">Percent points a year.</param>
/// <param name="Margin">Percent points of revenue that count as value; 100 values revenue.</param>
public sealed record PredictiveModel(
    DateTimeOffset? FittedAt, int Customers, int Repeating, int Sample, string? Missing, PurchaseModel? Purchases,
    SpendModel? Spend, int HorizonMonths, decimal AnnualDiscount, decimal Margin);

/// <summary>BG/NBD (Fader, Hardie and Lee, 2005) in weeks. Rounded to six decimals.</summary>
public sealed record PurchaseModel(decimal? R, decimal? Alpha, decimal? A, decimal? B, decimal? LogLikelihood);

/// <summary>Gamma-Gamma (Fader and Hardie, 2013) in major units. Rounded to six decimals.</summary>
/// <param name="MeanSpend">Expected of somebody without a repeat: p v / (q - 1).</param>
public sealed record SpendModel(decimal? P, decimal? Q, decimal? V, decimal? LogLikelihood, Money? MeanSpend);

public sealed class ModelQueries
{
    /// <summary>
    /// The model behind `lifetimeValue`, `churnRisk`, `aliveProbability` and `expectedOrders`: when and of how many
    /// customers it was fitted, and its parameters, or why there are none.
    /// </summary>
    [Query, RequiresScope(Scope.ObjectivesRead), Cost(1)]
    public async Task<PredictiveModel> PredictiveModelAsync(Caller caller, CancellationToken stop)
    {
        var model = await caller.Store.FindAsync<ValueModel>(ValueModel.KeyOf(), stop);
        var value = LifetimeValue.Standard;
        return new(
            model?.FittedAt, model?.Customers ?? 0, model?.Repeating ?? 0, model?.Sample ?? 0,
            model is null ? "Nothing was fitted yet: there is no order, or no worker saw one." : model.Missing,
            model?.Purchases is { } purchases ? Of(purchases, model.PurchasesLogLikelihood) : null,
            model?.Spend is { } spend ? Of(spend, model.SpendLogLikelihood, caller.Tenant.Money) : null,
            value.Months, (decimal)value.AnnualDiscount * 100, (decimal)value.Margin * 100);
    }

    private static PurchaseModel Of(BgNbd model, double? logLikelihood) => new(
        Prediction.Rounded(model.R), Prediction.Rounded(model.Alpha), Prediction.Rounded(model.A),
        Prediction.Rounded(model.B), Prediction.Rounded(logLikelihood ?? 0));

    private static SpendModel Of(GammaGamma model, double? logLikelihood, Currency currency) => new(
        Prediction.Rounded(model.P), Prediction.Rounded(model.Q), Prediction.Rounded(model.V),
        Prediction.Rounded(logLikelihood ?? 0),
        Prediction.Rounded(model.PopulationMean) is { } mean && Money.TryFrom(mean, currency, out var money)
            ? money
            : null);
}
