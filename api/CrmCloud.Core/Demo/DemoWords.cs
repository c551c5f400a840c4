namespace CrmCloud.Core.Demo;

/// <summary>Names and goods. Addresses are at example domains and numbers from the range kept for fiction.</summary>
internal static class DemoWords
{
    public static readonly string[] Categories = ["coffee", "tea", "equipment", "gifts", "courses"];

    public static readonly (string Sku, string Category, int PriceMinor)[] Goods =
    [
        ("COF-HOUSE-250", "coffee", 895), ("COF-HOUSE-1000", "coffee", 2950), ("COF-ETH-250", "coffee", 1150),
        ("COF-COL-250", "coffee", 1050), ("COF-DECAF-250", "coffee", 995), ("COF-ESPRESSO-1000", "coffee", 3100),
        ("TEA-BREAKFAST-100", "tea", 650), ("TEA-EARLGREY-100", "tea", 695), ("TEA-SENCHA-100", "tea", 1250),
        ("TEA-ROOIBOS-100", "tea", 575), ("TEA-CHAMOMILE-50", "tea", 495), ("TEA-OOLONG-50", "tea", 1490),
        ("EQ-FILTER-100", "equipment", 475), ("EQ-GRINDER-HAND", "equipment", 5900), ("EQ-PRESS-8", "equipment", 3450),
        ("EQ-KETTLE-GN", "equipment", 7900), ("EQ-CUP-2", "equipment", 2400), ("EQ-SCALE", "equipment", 3900),
        ("GIFT-TASTER", "gifts", 2700), ("GIFT-HAMPER", "gifts", 6500), ("GIFT-CARD-25", "gifts", 2500),
        ("CRS-BARISTA", "courses", 8500), ("CRS-TASTING", "courses", 4500),
    ];

    /// <summary>Share of a category's price that is left after its cost.</summary>
    public static readonly Dictionary<string, double> Margins = new()
    {
        ["coffee"] = 0.46, ["tea"] = 0.55, ["equipment"] = 0.28, ["gifts"] = 0.41, ["courses"] = 0.62,
    };

    public static readonly (
        string Country, string Language, double Share, string[] Given, string[] Family)[] Countries =
    [
        ("GB", "en", 62, British, BritishFamilies),
        ("IE", "en", 7, Irish, IrishFamilies),
        ("FR", "fr", 7, French, FrenchFamilies),
        ("DE", "de", 8, German, GermanFamilies),
        ("NL", "nl", 5, Dutch, DutchFamilies),
        ("ES", "es", 5, Spanish, SpanishFamilies),
        ("SE", "sv", 3, Swedish, SwedishFamilies),
        ("IT", "it", 3, Italian, ItalianFamilies),
    ];

    public static readonly string[] Domains = ["example.com", "example.org", "example.net"];

    public static readonly string[] Likes =
    [
        "light roast", "dark roast", "single origin", "loose leaf", "decaffeinated", "fair trade", "flavoured tea",
        "espresso",
    ];

    private static string[] British =>
    [
        "Olivia", "Amelia", "Isla", "Ava", "Ivy", "Freya", "Lily", "Florence", "Grace", "Evelyn", "Noah",
        "George", "Oliver",
        "Arthur", "Harry", "Jack", "Thomas", "Edward", "Priya", "Aisha", "Mohammed", "Kwame", "Chloe",
        "Callum", "Rhys", "Megan",
    ];

    private static string[] BritishFamilies =>
    [
        "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Wright",
        "Walker", "Thompson",
        "Evans", "Roberts", "Green", "Hall", "Wood", "Clarke", "Khan", "Hughes", "Edwards", "Campbell",
        "Morgan", "Ahmed", "Okafor",
        "Fraser", "Bennett", "Shaw", "Barker", "Lloyd",
    ];

    private static string[] Irish =>
        ["Aoife", "Ciara", "Niamh", "Saoirse", "Conor", "Cian", "Oisín", "Sean", "Róisín", "Fionn"];

    private static string[] IrishFamilies =>
        ["Murphy", "Kelly", "Byrne", "Ryan", "O'Brien", "Walsh", "Doyle", "McCarthy"];

    private static string[] French =>
        ["Camille", "Léa", "Manon", "Chloé", "Lucas", "Hugo", "Jules", "Élodie", "Antoine", "Inès"];

    private static string[] FrenchFamilies =>
        ["Martin", "Bernard", "Dubois", "Petit", "Durand", "Leroy", "Moreau", "Lefèvre"];

    private static string[] German =>
        ["Anna", "Lena", "Mia", "Jürgen", "Lukas", "Felix", "Jonas", "Käthe", "Sophie", "Emre"];

    private static string[] GermanFamilies =>
        ["Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Wagner", "Groß", "Yılmaz"];

    private static string[] Dutch => ["Emma", "Sanne", "Daan", "Sem", "Fleur", "Bram", "Lotte", "Thijs"];

    private static string[] DutchFamilies =>
        ["de Jong", "Jansen", "de Vries", "van den Berg", "Bakker", "Visser", "Smit"];

    private static string[] Spanish => ["Lucía", "Sofía", "Martín", "Hugo", "Paula", "Iñaki", "Álvaro", "Carmen"];

    private static string[] SpanishFamilies =>
        ["García", "Fernández", "López", "Martínez", "Sánchez", "Muñoz", "Ibáñez"];

    private static string[] Swedish => ["Alice", "Elsa", "Maja", "Oscar", "Axel", "Åsa", "Björn"];

    private static string[] SwedishFamilies => ["Andersson", "Johansson", "Karlsson", "Nilsson", "Öberg", "Lindqvist"];

    private static string[] Italian => ["Giulia", "Aurora", "Ginevra", "Leonardo", "Francesco", "Matteo", "Niccolò"];

    private static string[] ItalianFamilies =>
        ["Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo"];
}
