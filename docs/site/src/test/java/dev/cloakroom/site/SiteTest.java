package dev.cloakroom.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

/** Each relative link and picture of each page of the site leads to a file, and to an element of it. */
class SiteTest {

    private static final Path SITE = Path.of(System.getProperty("site")).toAbsolutePath();

    private final Map<Path, Document> read = new HashMap<>();

    @Test
    void relativeLinks_ofAllPages_leadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            for (Element element : document(page).select("a[href], img[src]")) {
                String target = element.hasAttr("href") ? element.attr("href") : element.attr("src");
                if (!target.matches("[a-z]+:.*")) {
                    links++;
                    if (!leadsSomewhere(page, target)) {
                        broken.add(SITE.relativize(page) + ": " + target);
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(1000);
    }

    @Test
    void pages_areTitled_andOneIsTheFirst() throws IOException {
        Set<String> titles = new HashSet<>();
        for (Path page : pages()) {
            titles.add(document(page).title());
        }

        assertThat(SITE.resolve("index.html")).exists();
        assertThat(titles).hasSizeGreaterThan(30).noneMatch(String::isBlank);
    }

    private boolean leadsSomewhere(Path page, String target) throws IOException {
        URI uri = URI.create(target);
        Path file = uri.getPath().isEmpty()
                ? page
                : page.resolveSibling(uri.getPath()).normalize();
        if (!file.startsWith(SITE) || !Files.isRegularFile(file)) {
            return false;
        }
        String fragment = uri.getFragment();
        return fragment == null || fragment.isEmpty() || document(file).getElementById(fragment) != null;
    }

    private Document document(Path page) throws IOException {
        Document document = read.get(page);
        if (document == null) {
            document = Jsoup.parse(page.toFile());
            read.put(page, document);
        }
        return document;
    }

    /** Returns the pages that were Markdown. Javadoc checks its own links. */
    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(SITE)) {
            return files.filter(file -> file.toString().endsWith(".html"))
                    .filter(file -> !file.startsWith(SITE.resolve("apidocs")))
                    .toList();
        }
    }
}
