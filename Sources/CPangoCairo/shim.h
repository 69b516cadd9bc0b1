// Cairo draws, Pango sets text; and the little of GObject and Fontconfig that the two ask for.
#ifndef CPANGOCAIRO_SHIM_H
#define CPANGOCAIRO_SHIM_H

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "pango.h"

/// Has Fontconfig look for the machine's fonts, without what it prints about its own cache of them.
///
/// It prints to standard error where it may not write that cache, which is not a fault: the fonts
/// are found all the same. What other threads print meanwhile is lost, too.
static inline void cpango_find_fonts(void) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int isMuted = nowhere >= 0 && original >= 0 && dup2(nowhere, STDERR_FILENO) >= 0;
  FcInit();
  if (isMuted) {
    fflush(stderr);
    dup2(original, STDERR_FILENO);
  }
  if (original >= 0) close(original);
  if (nowhere >= 0) close(nowhere);
}

/// Adds a font file to a configuration. Returns whether it is one.
static inline int cpango_add_font(FcConfig *fonts, const char *path) {
  return FcConfigAppFontAddFile(fonts, (const FcChar8 *)path) == FcTrue;
}

/// The number of fonts in a configuration; in the machine's if null.
///
/// Pango cannot be asked: it counts "Sans", "Serif" and "Monospace" even where there is no font.
static inline int cpango_font_count(FcConfig *fonts) {
  int count = 0;
  const FcSetName sets[] = {FcSetSystem, FcSetApplication};
  for (int index = 0; index < 2; index++) {
    const FcFontSet *set = FcConfigGetFonts(fonts, sets[index]);
    if (set) count += set->nfont;
  }
  return count;
}

/// Makes what text is set with, for the calling thread only.
///
/// Without `fonts` it uses the machine's, through the font map that Pango keeps for each thread.
/// Lines are as long on every kind of surface: metrics are not rounded to pixels. Texts run from left
/// to right. Returns null if there is no font map. Give it back with `g_object_unref`.
static inline PangoContext *cpango_context(FcConfig *fonts) {
  // A font map for FreeType is one of Fontconfig.
  PangoFontMap *map = fonts ? pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)
                            : pango_cairo_font_map_get_default();
  if (!map) return NULL;
  if (fonts) pango_fc_font_map_set_config((PangoFcFontMap *)map, fonts);
  PangoContext *context = pango_font_map_create_context(map);
  // The context keeps its map, and the thread the default one.
  if (fonts) g_object_unref(map);
  if (!context) return NULL;

  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context, 0);
  pango_context_set_base_dir(context, CPANGO_DIRECTION_LTR);
  pango_context_set_language(context, pango_language_from_string("en"));
  return context;
}

#endif
