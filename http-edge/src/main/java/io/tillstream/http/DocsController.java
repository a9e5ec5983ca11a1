package io.tillstream.http;

import io.tillstream.http.access.Public;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The API's description, and an explorer of it that works without the internet. */
@RestController
class DocsController {
    private static final String EXPLORER = "/META-INF/resources/webjars/swagger-ui/5.30.2/";
    private static final MediaType SCRIPT = new MediaType("text", "javascript");
    private static final MediaType STYLE = new MediaType("text", "css");

    private record File(String resource, MediaType type) {}

    private static final Map<String, File> FILES = Map.of(
            "explorer.css", new File(EXPLORER + "swagger-ui.css", STYLE),
            "explorer.js", new File(EXPLORER + "swagger-ui-bundle.js", SCRIPT),
            "start.js", new File("/io/tillstream/http/docs/start.js", SCRIPT));

    private byte @Nullable [] description;

    @Public
    @GetMapping("/api/v1/openapi.json")
    ResponseEntity<byte[]> description() {
        byte[] bytes = description;
        if (bytes == null) {
            bytes = read("/openapi/openapi.json");
            description = bytes;
        }
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(bytes);
    }

    @Public
    @GetMapping("/docs")
    ResponseEntity<byte[]> page() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/html;charset=utf-8"))
                .body(read("/io/tillstream/http/docs/index.html"));
    }

    @Public
    @GetMapping("/docs/{file}")
    ResponseEntity<byte[]> file(@PathVariable String file) {
        File known = FILES.get(file);
        if (known == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        return ResponseEntity.ok().contentType(known.type()).body(read(known.resource()));
    }

    private static byte[] read(String resource) {
        try (InputStream in = DocsController.class.getResourceAsStream(resource)) {
            if (in == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
