package dev.cloakroom.site;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies what the site is made of from the repository into one folder: Markdown pages, pictures, Javadoc, the descriptor
 * and the style. Pages keep their folders, so the links between them stay as they are. Two things are changed, because the
 * generator does them differently from GitHub: headings get GitHub's anchors, and links to source code lead to the
 * repository.
 */
final class Gather {

    private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git", ".github", ".ci", "src");
    private static final Pattern FENCE = Pattern.compile("^ *```.*?^ *```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern HEADING = Pattern.compile("^(##+ +)(.+?) *$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)\\)");

    private final Path root;
    private final Path target;
    private final String repository;

    private Gather(Path root, Path target, String repository) {
        this.root = root;
        this.target = target;
        this.repository = repository;
    }

    /** Gathers from the root of the repository (first argument) into a folder (second); third: the repository's address. */
    public static void main(String[] arguments) throws IOException {
        new Gather(Path.of(arguments[0]).toRealPath(), Path.of(arguments[1]), arguments[2]).run();
    }

    private void run() throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (Files.isDirectory(folder.resolve("target/reports/apidocs"))) {
                    copyAll(
                            folder.resolve("target/reports/apidocs"),
                            target.resolve("resources/apidocs").resolve(name(folder)));
                }
                return SKIPPED.contains(name(folder)) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (name(file).endsWith(".md")) {
                    write(root.relativize(file), page(file));
                } else if (name(file).endsWith(".svg")) {
                    copy(file, target.resolve("resources").resolve(root.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        write(Path.of("index.md"), page(root.resolve("README.md")));
        Path site = root.resolve("docs/site/src/site");
        copy(site.resolve("site.xml"), target.resolve("site.xml"));
        copyAll(site.resolve("css"), target.resolve("resources/css"));
    }

    /** Returns the text of a page, changed outside of its code. */
    private String page(Path file) throws IOException {
        String text = Files.readString(file);
        Set<String> anchors = new HashSet<>();
        StringBuilder page = new StringBuilder();
        Matcher fence = FENCE.matcher(text);
        int end = 0;
        while (fence.find()) {
            page.append(changed(text.substring(end, fence.start()), file, anchors))
                    .append(fence.group());
            end = fence.end();
        }
        return page.append(changed(text.substring(end), file, anchors)).toString();
    }

    private String changed(String text, Path file, Set<String> anchors) {
        String linked = LINK.matcher(text).replaceAll(link -> Matcher.quoteReplacement(linked(link, file)));
        return HEADING.matcher(linked)
                .replaceAll(heading -> Matcher.quoteReplacement(
                        heading.group(1) + anchor(heading.group(2), anchors) + heading.group(2)));
    }

    private String linked(MatchResult link, Path file) {
        Path path = file.resolveSibling(link.group(1)).normalize();
        boolean inSite = link.group(1).endsWith(".md") || link.group(1).endsWith(".svg");
        return inSite || !Files.exists(path)
                ? link.group()
                : "](" + repository + "/blob/HEAD/"
                        + root.relativize(path).toString().replace('\\', '/') + ")";
    }

    /** Makes the anchor of a heading as GitHub does: lower case, without punctuation, hyphens for spaces. */
    private static String anchor(String heading, Set<String> known) {
        String slug = heading.replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
        String anchor = slug;
        for (int n = 1; !known.add(anchor); n++) {
            anchor = slug + "-" + n;
        }
        return "<a id=\"" + anchor + "\"></a>";
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private void write(Path page, String text) throws IOException {
        Path file = target.resolve("markdown").resolve(page);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void copyAll(Path folder, Path destination) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                copy(file, destination.resolve(folder.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void copy(Path file, Path destination) throws IOException {
        Files.createDirectories(destination.getParent());
        Files.copy(file, destination, StandardCopyOption.REPLACE_EXISTING);
    }
}
