package io.tillstream.standalone.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tillstream.events.Concepts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The slice map in the README names every event, every command, and only classes that exist; links lead somewhere. */
class ReadmeTest {
    private static final Path ROOT = Path.of("../..");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");
    private static final Pattern COMMAND = Pattern.compile("record ([A-Z]\\w*)\\(\\s*@TargetAggregateIdentifier");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]*[a-z])`");
    private static final Pattern EVENT = Pattern.compile("`([a-z_]+\\.[a-z_]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void namesOnlyClassesThatExist() throws IOException {
        assertThat(found(TYPE, sources())).containsAll(found(NAME, List.of(sliceMap())));
    }

    @Test
    void namesEveryCommand() throws IOException {
        assertThat(found(NAME, List.of(sliceMap()))).containsAll(found(COMMAND, sources()));
    }

    @Test
    void namesEveryEvent() throws IOException {
        Set<String> events = Concepts.ALL.stream()
                .flatMap(concept -> concept.events().values().stream())
                .map(type -> type.name())
                .collect(Collectors.toSet());
        assertThat(found(EVENT, List.of(sliceMap()))).containsExactlyInAnyOrderElementsOf(events);
    }

    @Test
    void linksToFilesThatExist() throws IOException {
        List<Path> pages;
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            pages = Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve), docs)
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
        }
        Set<String> dead = new TreeSet<>();
        for (Path page : pages) {
            for (String link : found(LINK, List.of(Files.readString(page)))) {
                if (!Files.exists(page.resolveSibling(link))) dead.add(page + " -> " + link);
            }
        }
        assertThat(dead).isEmpty();
    }

    private static String sliceMap() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        return readme.substring(readme.indexOf("## Slice map"), readme.indexOf("## Where things are"));
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<Path> java = files.filter(file -> file.toString().endsWith(".java")
                            && file.toString().contains("/src/")
                            && !file.toString().contains("/target/"))
                    .toList();
            List<String> texts = new ArrayList<>();
            for (Path file : java) texts.add(Files.readString(file));
            return texts;
        }
    }

    private static Set<String> found(Pattern pattern, List<String> texts) {
        Set<String> found = new HashSet<>();
        for (String text : texts) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) found.add(matcher.group(1));
        }
        return found;
    }
}
