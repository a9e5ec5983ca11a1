package io.tillstream.http;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.tillstream.http.access.Public;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The API's description with an explorer that works without the internet, and the schemas of published events. */
@RestController
class DocsController {
    private static final String EXPLORER = "/META-INF/resources/webjars/swagger-ui/5.30.2/";
    private static final MediaType SCRIPT = new MediaType("text", "javascript");
    private static final MediaType STYLE = new MediaType("text", "css");
    private static final MediaType SCHEMA = new MediaType("application", "schema+json");
    private static final Pattern EVENT_TYPE = Pattern.compile("[a-z_]+\\.[a-z_]+");
    private static final Pattern REVISION = Pattern.compile("[1-9][0-9]{0,3}");

    private record File(String resource, MediaType type) {}

    private static final Map<String, File> FILES = Map.of(
            "explorer.css", new File(EXPLORER + "swagger-ui.css", STYLE),
            "explorer.js", new File(EXPLORER + "swagger-ui-bundle.js", SCRIPT),
            "start.js", new File("/io/tillstream/http/docs/start.js", SCRIPT));

    private byte @Nullable [] description;

    @Public
    @GetMapping("/api/v1/openapi.json")
    @Operation(
            operationId = "getDescription",
            summary = "This document",
            description = "The OpenAPI 3.1 description of the API; `/docs` shows it.")
    ResponseEntity<byte[]> description() {
        byte[] bytes = description;
        if (bytes == null) {
            bytes = read("/openapi/openapi.json");
            description = bytes;
        }
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(bytes);
    }

    @Public
    @GetMapping("/schemas/{type}/{revision}")
    @Operation(
            operationId = "getEventSchema",
            summary = "The schema of an event's payload",
            description = "JSON Schema (2020-12) of one revision: what `dataschema` of a published event refers to.")
    @ApiResponse(
            responseCode = "200",
            description = "The schema",
            content = @Content(mediaType = "application/schema+json"))
    @ApiResponse(responseCode = "404", description = "NOT_FOUND: There is no such event type or revision")
    ResponseEntity<byte[]> schema(
            @Parameter(description = "Logical name of the event", example = "product.created") @PathVariable
                    String type,
            @Parameter(description = "Revision of its payload", example = "1") @PathVariable String revision) {
        if (!EVENT_TYPE.matcher(type).matches() || !REVISION.matcher(revision).matches()) throw unknownSchema();
        byte[] schema = find("/schemas/" + type + "." + revision + ".json");
        if (schema == null) throw unknownSchema();
        return ResponseEntity.ok().contentType(SCHEMA).body(schema);
    }

    private static Invalid unknownSchema() {
        return new Invalid(ErrorCode.NOT_FOUND, "There is no such event type or revision");
    }

    @Public
    @GetMapping("/docs")
    @Operation(hidden = true)
    ResponseEntity<byte[]> page() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/html;charset=utf-8"))
                .body(read("/io/tillstream/http/docs/index.html"));
    }

    @Public
    @GetMapping("/docs/{file}")
    @Operation(hidden = true)
    ResponseEntity<byte[]> file(@PathVariable String file) {
        File known = FILES.get(file);
        if (known == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        return ResponseEntity.ok().contentType(known.type()).body(read(known.resource()));
    }

    private static byte[] read(String resource) {
        byte[] bytes = find(resource);
        if (bytes == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        return bytes;
    }

    private static byte @Nullable [] find(String resource) {
        try (InputStream in = DocsController.class.getResourceAsStream(resource)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
