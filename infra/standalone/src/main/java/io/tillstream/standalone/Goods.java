package io.tillstream.standalone;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the demo shop sells, and to whom. Prices are minor units. */
final class Goods {
    private Goods() {}

    record Category(String slug, String name, String description) {}

    record Tag(String slug, String name) {}

    record Product(
            String slug,
            String name,
            String icon,
            int price,
            String currency,
            String category,
            List<String> tags,
            String description) {}

    record Customer(String email, String name) {}

    /** @param days null for ever */
    record Grant(String email, String product, @Nullable Integer days) {}

    static final List<Category> CATEGORIES = List.of(
            new Category("courses", "Courses", "Lessons on video, with exercises"),
            new Category("books", "E-books", "PDF and EPUB, no copy protection"),
            new Category("templates", "Templates", "To start from something that works"),
            new Category("assets", "Design assets", "Icons, fonts, textures and photographs"),
            new Category("audio", "Sound", "Samples, loops and field recordings"));

    static final List<Tag> TAGS = List.of(
            new Tag("beginner", "For beginners"),
            new Tag("advanced", "Advanced"),
            new Tag("bestseller", "Bestseller"),
            new Tag("commercial-use", "Commercial use"),
            new Tag("new", "New"),
            new Tag("lifetime-updates", "Updates for life"));

    static final List<Product> PRODUCTS = List.of(
            new Product(
                    "watercolour-foundations",
                    "Watercolour Foundations",
                    "🎨",
                    7900,
                    "USD",
                    "courses",
                    List.of("beginner", "bestseller"),
                    "Forty short lessons from the first wash to a finished landscape."),
            new Product(
                    "portrait-photography",
                    "Portraits in Available Light",
                    "📷",
                    9900,
                    "USD",
                    "courses",
                    List.of("advanced"),
                    "Work with windows, shade and street lamps instead of a studio."),
            new Product(
                    "sourdough-at-home",
                    "Sourdough at Home",
                    "🍞",
                    3900,
                    "USD",
                    "courses",
                    List.of("beginner"),
                    "A starter, a schedule and six loaves that forgive mistakes."),
            new Product(
                    "fingerstyle-guitar",
                    "Fingerstyle Guitar in Ten Weeks",
                    "🎸",
                    5900,
                    "USD",
                    "courses",
                    List.of("beginner", "lifetime-updates"),
                    "One piece a week, with slow and full speed recordings."),
            new Product(
                    "sql-for-analysts",
                    "SQL for Analysts",
                    "📊",
                    12900,
                    "USD",
                    "courses",
                    List.of("bestseller"),
                    "Window functions, cohorts and the questions that managers ask."),
            new Product(
                    "home-recording",
                    "Home Recording",
                    "🎙️",
                    6900,
                    "EUR",
                    "courses",
                    List.of("beginner"),
                    "Treat a room, place a microphone, mix a voice."),
            new Product(
                    "typography-handbook",
                    "The Small Typography Handbook",
                    "📖",
                    2400,
                    "EUR",
                    "books",
                    List.of("bestseller"),
                    "Everything about setting text that fits on 140 pages."),
            new Product(
                    "indoor-plants",
                    "Plants That Survive You",
                    "🪴",
                    1400,
                    "USD",
                    "books",
                    List.of("beginner"),
                    "Thirty plants for dark flats and forgetful people."),
            new Product(
                    "freelance-contracts",
                    "Contracts for Freelancers",
                    "📝",
                    3200,
                    "USD",
                    "books",
                    List.of("commercial-use"),
                    "Plain-language contracts, explained clause by clause."),
            new Product(
                    "night-sky-atlas",
                    "Pocket Atlas of the Night Sky",
                    "🌌",
                    1900,
                    "EUR",
                    "books",
                    List.of("new"),
                    "Eighty charts for binoculars, sorted by month."),
            new Product(
                    "bread-formulas",
                    "Bread Formulas",
                    "🥖",
                    1700,
                    "USD",
                    "books",
                    List.of("advanced"),
                    "Ninety formulas in baker's percentages."),
            new Product(
                    "invoice-kit",
                    "Invoice Kit",
                    "🧾",
                    1900,
                    "USD",
                    "templates",
                    List.of("commercial-use", "lifetime-updates"),
                    "Invoices, reminders and a ledger for one-person companies."),
            new Product(
                    "wedding-planner",
                    "Wedding Planner",
                    "💍",
                    2900,
                    "USD",
                    "templates",
                    List.of("bestseller"),
                    "Guest list, seating, budget and a day plan by the minute."),
            new Product(
                    "pitch-deck",
                    "Pitch Deck, Twelve Slides",
                    "📈",
                    4900,
                    "USD",
                    "templates",
                    List.of("commercial-use"),
                    "The order of slides that investors read."),
            new Product(
                    "thesis-latex",
                    "LaTeX Thesis",
                    "🎓",
                    900,
                    "EUR",
                    "templates",
                    List.of("beginner"),
                    "A class file that gets the margins past the office."),
            new Product(
                    "meal-planner",
                    "Weekly Meal Planner",
                    "🥗",
                    700,
                    "USD",
                    "templates",
                    List.of("new"),
                    "Plan, shop and cook from one sheet."),
            new Product(
                    "line-icons",
                    "600 Line Icons",
                    "✏️",
                    3900,
                    "USD",
                    "assets",
                    List.of("commercial-use", "bestseller"),
                    "SVG on a 24 pixel grid, three stroke widths."),
            new Product(
                    "paper-textures",
                    "Paper Textures",
                    "📄",
                    1500,
                    "USD",
                    "assets",
                    List.of("commercial-use"),
                    "Forty scans at 1200 dpi, from newsprint to cotton."),
            new Product(
                    "grotesk-font",
                    "Hafen Grotesk",
                    "🔤",
                    5900,
                    "EUR",
                    "assets",
                    List.of("commercial-use", "new"),
                    "A sans of nine weights with tabular figures."),
            new Product(
                    "mountain-photos",
                    "Mountain Photographs",
                    "⛰️",
                    2900,
                    "USD",
                    "assets",
                    List.of("commercial-use"),
                    "Sixty uncropped photographs of the Alps in winter."),
            new Product(
                    "analog-drums",
                    "Analog Drums",
                    "🥁",
                    2500,
                    "USD",
                    "audio",
                    List.of("commercial-use"),
                    "Nine drum machines, sampled through tape."),
            new Product(
                    "rain-recordings",
                    "Rain on Everything",
                    "🌧️",
                    1200,
                    "EUR",
                    "audio",
                    List.of("new"),
                    "Three hours of rain on tin, leaves, tents and water."),
            new Product(
                    "piano-loops",
                    "Felt Piano Loops",
                    "🎹",
                    1900,
                    "USD",
                    "audio",
                    List.of("commercial-use", "bestseller"),
                    "Two hundred loops of an upright with felt, by key and tempo."),
            new Product(
                    "free-sampler",
                    "The Sampler",
                    "🎁",
                    0,
                    "USD",
                    "assets",
                    List.of("beginner"),
                    "One piece of everything, for nothing."));

    static final List<Customer> CUSTOMERS = List.of(
            new Customer("ana.silva@example.com", "Ana Silva"),
            new Customer("ben.okafor@example.com", "Ben Okafor"),
            new Customer("chiara.rossi@example.com", "Chiara Rossi"),
            new Customer("daniel.kim@example.com", "Daniel Kim"),
            new Customer("emma.larsen@example.com", "Emma Larsen"),
            new Customer("farid.haddad@example.com", "Farid Haddad"),
            new Customer("grace.nakamura@example.com", "Grace Nakamura"),
            new Customer("hugo.lefevre@example.com", "Hugo Lefèvre"),
            new Customer("ines.moreno@example.com", "Inés Moreno"),
            new Customer("jakub.nowak@example.com", "Jakub Nowak"),
            new Customer("katya.ivanova@example.com", "Katya Ivanova"),
            new Customer("liam.murphy@example.com", "Liam Murphy"));

    static final List<Grant> GRANTS = List.of(
            new Grant("ana.silva@example.com", "watercolour-foundations", null),
            new Grant("ana.silva@example.com", "paper-textures", null),
            new Grant("ana.silva@example.com", "free-sampler", null),
            new Grant("ben.okafor@example.com", "sql-for-analysts", 365),
            new Grant("ben.okafor@example.com", "pitch-deck", null),
            new Grant("chiara.rossi@example.com", "typography-handbook", null),
            new Grant("chiara.rossi@example.com", "grotesk-font", null),
            new Grant("chiara.rossi@example.com", "line-icons", null),
            new Grant("daniel.kim@example.com", "piano-loops", null),
            new Grant("daniel.kim@example.com", "home-recording", 180),
            new Grant("emma.larsen@example.com", "wedding-planner", 90),
            new Grant("farid.haddad@example.com", "portrait-photography", 365),
            new Grant("farid.haddad@example.com", "mountain-photos", null),
            new Grant("grace.nakamura@example.com", "sourdough-at-home", 365),
            new Grant("grace.nakamura@example.com", "bread-formulas", null),
            new Grant("hugo.lefevre@example.com", "thesis-latex", null),
            new Grant("ines.moreno@example.com", "fingerstyle-guitar", 70),
            new Grant("ines.moreno@example.com", "analog-drums", null),
            new Grant("jakub.nowak@example.com", "freelance-contracts", null),
            new Grant("jakub.nowak@example.com", "invoice-kit", null),
            new Grant("katya.ivanova@example.com", "night-sky-atlas", null),
            new Grant("katya.ivanova@example.com", "rain-recordings", null),
            new Grant("liam.murphy@example.com", "indoor-plants", null),
            new Grant("liam.murphy@example.com", "meal-planner", 30));
}
