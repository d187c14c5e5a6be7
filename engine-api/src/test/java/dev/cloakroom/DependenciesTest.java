package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Compares docs/reference/dependencies.md with the POMs of the published modules. */
class DependenciesTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern ROW =
            Pattern.compile("^\\| `?([\\w-]+)`? \\| `([^`]+)` \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE);
    /** What only the compiler needs. */
    private static final Set<String> UNSEEN = Set.of(
            "com.google.errorprone:error_prone_annotations",
            "org.infinispan:infinispan-component-annotations",
            "io.vertx:vertx-codegen-api",
            "io.vertx:vertx-codegen-json");

    @Test
    void table_hasEachDirectDependencyOnce_withItsVersion() throws Exception {
        Element root = read(ROOT.resolve("pom.xml"));
        Map<String, String> properties = properties(root);
        Map<String, String> managed = new HashMap<>();
        for (Element dependency : dependencies(child(child(root, "dependencyManagement"), "dependencies"))) {
            managed.put(name(dependency), resolved(text(dependency, "version"), properties));
        }
        Map<String, String> actual = new TreeMap<>();
        for (Path module : modules()) {
            Element pom = read(module.resolve("pom.xml"));
            for (Element dependency : dependencies(child(pom, "dependencies"))) {
                String name = name(dependency);
                boolean own = name.startsWith("dev.cloakroom:")
                        || text(dependency, "scope").equals("test");
                if (!own && !UNSEEN.contains(name)) {
                    String version = resolved(text(dependency, "version"), properties);
                    String owner = name.equals("org.jspecify:jspecify")
                            ? "each"
                            : module.getFileName().toString();
                    actual.put(
                            owner + " " + name,
                            version.isEmpty() ? managed.getOrDefault(name, byBom(name, properties)) : version);
                }
            }
        }

        Map<String, String> documented = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/reference/dependencies.md")));
        while (row.find()) {
            assertThat(documented.put(row.group(1) + " " + row.group(2), row.group(3)))
                    .as(row.group())
                    .isNull();
        }
        assertThat(documented).isEqualTo(actual);
    }

    /** Returns the version of a dependency whose version a bill of materials of its project says. */
    private static String byBom(String name, Map<String, String> properties) {
        if (name.startsWith("org.springframework")) {
            return "Spring Boot " + properties.get("spring-boot.version");
        }
        if (name.startsWith("tools.jackson.")) {
            return properties.get("jackson.version");
        }
        if (name.startsWith("org.junit.")) {
            return properties.get("junit.version");
        }
        return "unknown";
    }

    /** Returns the folders of the modules that are published. */
    private static Set<Path> modules() throws Exception {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> embedded = Files.list(ROOT.resolve("embed"))) {
            return Stream.concat(top, embedded)
                    .filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .filter(DependenciesTest::isPublished)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isPublished(Path folder) {
        try {
            return properties(read(folder.resolve("pom.xml")))
                    .getOrDefault("maven.deploy.skip", "true")
                    .equals("false");
        } catch (Exception e) {
            throw new AssertionError(folder + " has no readable pom.xml", e);
        }
    }

    private static Element read(Path pom) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
    }

    private static Map<String, String> properties(Element pom) {
        Map<String, String> properties = new HashMap<>();
        children(child(pom, "properties"), "*")
                .forEach(property -> properties.put(
                        property.getTagName(), property.getTextContent().strip()));
        return properties;
    }

    private static String resolved(String version, Map<String, String> properties) {
        return version.startsWith("${")
                ? properties.getOrDefault(version.substring(2, version.length() - 1), "")
                : version;
    }

    private static String name(Element dependency) {
        return text(dependency, "groupId") + ":" + text(dependency, "artifactId");
    }

    private static Iterable<Element> dependencies(Element parent) {
        return children(parent, "dependency").toList();
    }

    private static String text(Element parent, String name) {
        return children(parent, name)
                .findFirst()
                .map(element -> element.getTextContent().strip())
                .orElse("");
    }

    /** Returns the first child of that name, or an empty element. */
    private static Element child(Element parent, String name) {
        return children(parent, name)
                .findFirst()
                .orElseGet(() -> parent.getOwnerDocument().createElement(name));
    }

    private static Stream<Element> children(Element parent, String name) {
        return Stream.iterate(parent.getFirstChild(), node -> node != null, Node::getNextSibling)
                .filter(Element.class::isInstance)
                .map(Element.class::cast)
                .filter(element -> name.equals("*") || element.getTagName().equals(name));
    }
}
