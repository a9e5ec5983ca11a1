package io.tillstream.standalone.openapi;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;

/** What the sources say about types and their components: the one place where that is written. */
final class JavaDocs {
    private static final Pattern INLINE = Pattern.compile("\\{@(?:code|link|linkplain|literal) ([^}]*)\\}");
    private static final Pattern CODE_NAME = Pattern.compile("[a-z][A-Za-z0-9]*");

    /**
     * A type's comment.
     *
     * @param components by name
     */
    record Doc(String text, Map<String, String> components) {}

    private static final Snake SNAKE = new Snake();

    private final Map<String, Doc> byType = new HashMap<>();

    JavaDocs(Collection<Path> sources) {
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "the tests run on a JDK");
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            DocTrees docs = DocTrees.instance(task);
            for (var unit : task.parse()) {
                String prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
                new Types(docs, prefix).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null where the sources say nothing. */
    @Nullable
    Doc of(Class<?> type) {
        return byType.get(type.getName());
    }

    private final class Types extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final DocTrees docs;
        private String prefix;

        Types(DocTrees docs, String prefix) {
            this.docs = docs;
            this.prefix = prefix;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            String before = prefix;
            DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
            if (comment != null) byType.put(prefix + type.getSimpleName(), read(comment));
            prefix = prefix + type.getSimpleName() + "$";
            super.visitClass(type, null);
            prefix = before;
            return null;
        }
    }

    private static Doc read(DocCommentTree comment) {
        Map<String, String> components = new LinkedHashMap<>();
        for (DocTree tag : comment.getBlockTags())
            if (tag instanceof ParamTree param)
                components.put(param.getName().toString(), sentence(plain(param.getDescription())));
        return new Doc(plain(comment.getFullBody()), components);
    }

    private static String plain(List<? extends DocTree> parts) {
        String text = parts.stream().map(Object::toString).collect(Collectors.joining());
        return INLINE.matcher(text)
                .replaceAll(inline -> Matcher.quoteReplacement("`" + wire(inline.group(1)) + "`"))
                .replaceAll("\\s+", " ")
                .strip();
    }

    /** Components are called otherwise in JSON. */
    private static String wire(String code) {
        return CODE_NAME.matcher(code).matches() ? snake(code) : code;
    }

    static String snake(String name) {
        return SNAKE.of(name);
    }

    private static String sentence(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** Jackson's own way of naming. */
    private static final class Snake extends PropertyNamingStrategies.SnakeCaseStrategy {
        String of(String name) {
            return translate(name);
        }
    }
}
