// The part of Pango that is used, declared as in its documentation; all of it is in 1.44 and newer.
//
// Pango's own headers come with compiler flags, one of which SwiftPM refuses with a warning in every
// build. These declarations can be compiled behind those headers, and a test does so.
#ifndef CPANGOCAIRO_PANGO_H
#define CPANGOCAIRO_PANGO_H

#include <cairo.h>
#include <fontconfig/fontconfig.h>

typedef struct _PangoContext PangoContext;
typedef struct _PangoFontDescription PangoFontDescription;
typedef struct _PangoFontMap PangoFontMap;
typedef struct _PangoFcFontMap PangoFcFontMap;
typedef struct _PangoLanguage PangoLanguage;
typedef struct _PangoLayout PangoLayout;

// The values of enumerations, which are compatible with unsigned integers.
#define CPANGO_DIRECTION_LTR 0u
#define CPANGO_WEIGHT_NORMAL 400u
#define CPANGO_WEIGHT_BOLD 700u
#define CPANGO_WRAP_WORD_CHAR 2u
#define CPANGO_ELLIPSIZE_END 3u
#define CPANGO_ALIGN_CENTER 1u

/// Pango's units in a pixel.
#define CPANGO_SCALE 1024

void g_object_unref(void *object);

PangoFontMap *pango_cairo_font_map_get_default(void);
PangoFontMap *pango_cairo_font_map_new_for_font_type(cairo_font_type_t type);
void pango_fc_font_map_set_config(PangoFcFontMap *map, FcConfig *fonts);
PangoContext *pango_font_map_create_context(PangoFontMap *map);

void pango_cairo_context_set_font_options(PangoContext *context,
                                          const cairo_font_options_t *options);
void pango_context_set_base_dir(PangoContext *context, unsigned direction);
void pango_context_set_language(PangoContext *context, PangoLanguage *language);
void pango_context_set_round_glyph_positions(PangoContext *context, int rounds);
PangoLanguage *pango_language_from_string(const char *tag);

PangoFontDescription *pango_font_description_new(void);
void pango_font_description_free(PangoFontDescription *font);
void pango_font_description_set_absolute_size(PangoFontDescription *font, double size);
void pango_font_description_set_family_static(PangoFontDescription *font, const char *family);
void pango_font_description_set_weight(PangoFontDescription *font, unsigned weight);

PangoLayout *pango_layout_new(PangoContext *context);
int pango_layout_get_line_count(PangoLayout *layout);
void pango_layout_get_size(PangoLayout *layout, int *width, int *height);
int pango_layout_get_unknown_glyphs_count(PangoLayout *layout);
int pango_layout_is_ellipsized(PangoLayout *layout);
void pango_layout_set_alignment(PangoLayout *layout, unsigned alignment);
void pango_layout_set_auto_dir(PangoLayout *layout, int is_auto);
void pango_layout_set_ellipsize(PangoLayout *layout, unsigned place);
void pango_layout_set_font_description(PangoLayout *layout, const PangoFontDescription *font);
void pango_layout_set_height(PangoLayout *layout, int height);
void pango_layout_set_text(PangoLayout *layout, const char *text, int length);
void pango_layout_set_width(PangoLayout *layout, int width);
void pango_layout_set_wrap(PangoLayout *layout, unsigned mode);
void pango_cairo_show_layout(cairo_t *context, PangoLayout *layout);

#endif
