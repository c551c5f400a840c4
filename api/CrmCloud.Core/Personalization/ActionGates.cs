using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// What may hold an action back that workers need not compute first: asked when it is recommended, and again when it
/// is shown.
/// </summary>
internal sealed class ActionGates(Caller caller, EligibilityFacts facts)
{
    /// <summary>A relation that the customer rates so, of 1 to 5, is not worth his time.</summary>
    private const int LowValue = 2;

    private static readonly TimeSpan RestAfterAcceptance = TimeSpan.FromDays(30);

    private readonly PeriodCalendar _calendar = TenantDefinitions.CalendarOf(caller.Tenant);

    /// <summary>Local day.</summary>
    public int Today => _calendar.DayOf(caller.Now.ToUnixTimeMilliseconds());

    /// <summary>Window and channel.</summary>
    public Refusal? Place(ActionDefinition action, Channel channel) => Window(action) ?? Channels(action, channel);

    /// <summary>What somebody accepted is not offered to him again at once.</summary>
    public Refusal? Accepted(ActionDefinition action)
    {
        if (facts.Log?.Of(action.ActionId)?.AcceptedAt is not { } at)
        {
            return null;
        }

        var day = PeriodCalendar.DateOf(_calendar.DayOf(at.ToUnixTimeMilliseconds()));
        if (action.Window is { } window)
        {
            return day < window.From
                ? null
                : new(SuppressionReason.AlreadyAccepted,
                    $"The customer accepted it on {Text(day)}; its window runs until before {Text(window.To)}.");
        }

        var until = at + (action.Cap?.Per ?? RestAfterAcceptance);
        return caller.Now >= until
            ? null
            : new(SuppressionReason.AlreadyAccepted,
                $"The customer accepted it on {Text(day)}; it rests until "
                    + $"{until.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.");
    }

    private Refusal? Window(ActionDefinition action)
    {
        var today = PeriodCalendar.DateOf(Today);
        return action.Window is { } window && (today < window.From || today >= window.To)
            ? new(SuppressionReason.OutOfWindow,
                $"Today is {Text(today)}; it runs from {Text(window.From)} until before {Text(window.To)}.")
            : null;
    }

    private static Refusal? Channels(ActionDefinition action, Channel channel) => action.Channels.Contains(channel)
        ? null
        : new(SuppressionReason.ChannelMismatch,
            $"It is not for {Name(channel)}, but for {string.Join(", ", action.Channels.Select(c => Name(c)))}.");

    public Refusal? Consent(ActionDefinition action, Channel channel)
    {
        var what = $"{action.Purpose} on {Name(channel)}";
        if (facts.ConsentFor(action.Purpose, channel) is not { } consent)
        {
            return new(SuppressionReason.NoConsent, $"No consent is recorded for {what}.");
        }

        if (PermittedContacts.Refusal(consent, caller.Now) is { } refusal)
        {
            return new(SuppressionReason.NoConsent, $"Consent for {what}: {refusal}");
        }

        return consent.ValueToCustomer <= LowValue
            ? new(SuppressionReason.LowValueToCustomer, $"The customer rates {what} {consent.ValueToCustomer} of 5.")
            : null;
    }

    /// <summary>Caps as they are now.</summary>
    public Refusal? Caps(ActionDefinition action, Channel channel) => facts.CapsOf(action, channel)
        .Select(cap => (cap.What, Use: CapUse.Of(cap.Cap, cap.Contacts, caller.Now)))
        .Where(cap => !cap.Use.Allows)
        .Select(cap => new Refusal(SuppressionReason.FrequencyCap, $"Cap of {cap.What}: {cap.Use.Text}."))
        .FirstOrDefault();

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Name(Enum value) => Problem.PublicName(value);
}
