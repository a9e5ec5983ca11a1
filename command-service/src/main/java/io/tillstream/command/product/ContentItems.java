package io.tillstream.command.product;

import io.tillstream.http.body.Errors;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks the addresses in a product's content; everything else in it is the seller's own. */
final class ContentItems {
    private static final List<String> DOWNLOAD_HOSTS = List.of(
            "amazonaws.com",
            "cloudfront.net",
            "googleapis.com",
            "drive.google.com",
            "docs.google.com",
            "onedrive.live.com",
            "1drv.ms",
            "sharepoint.com",
            "azureedge.net",
            "supabase.co",
            "supabase.in",
            "bunny.net",
            "b-cdn.net",
            "dropbox.com",
            "dropboxusercontent.com",
            "cloudflarestorage.com",
            "box.com",
            "mega.nz",
            "mediafire.com",
            "wetransfer.com",
            "sendspace.com",
            "cloudinary.com",
            "imgix.net",
            "fastly.net");

    private ContentItems() {}

    static void check(@Nullable ObjectNode contentConfig, Errors errors) {
        if (contentConfig == null) return;
        JsonNode items = contentConfig.path("content_items");
        if (!items.isArray()) return;
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = items.get(i);
            String config = "content_config.content_items." + i + ".config.";
            switch (item.path("type").asString("")) {
                case "video_embed" -> {
                    JsonNode url = item.path("config").path("embed_url");
                    if (!url.isMissingNode() && !(url.isString() && VideoUrls.recognised(url.stringValue())))
                        errors.add(config + "embed_url", VideoUrls.RULE);
                }
                case "download_link" -> {
                    JsonNode url = item.path("config").path("download_url");
                    if (!url.isMissingNode() && !(url.isString() && downloadable(url.stringValue())))
                        errors.add(config + "download_url", "must be an https address at a known file host");
                }
                default -> {}
            }
        }
    }

    private static boolean downloadable(String url) {
        try {
            URI uri = URI.create(url);
            if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) return false;
            String host = uri.getHost().toLowerCase(Locale.ROOT);
            return DOWNLOAD_HOSTS.stream().anyMatch(known -> host.equals(known) || host.endsWith("." + known));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
