namespace CrmCloud.Core.Shared;

/// <summary>Where a customer and the company meet.</summary>
public enum Channel
{
    Web,
    Email,
    Phone,
    CallCenter,
    ContactCenter,
    ServiceDesk,
    HelpDesk,
    Visit,
    Store,
    Sms,
    Push,
    Chat,
    Social,
    Post,
    Api,
}
