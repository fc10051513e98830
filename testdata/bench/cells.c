/* The rows of a timeline as a workbook, with libxlsxwriter in constant_memory:
 *
 *     cc -O2 -o cells cells.c -lxlsxwriter && ./cells CELLS.tsv BOOK.xlsx
 *
 * CELLS.tsv has eleven columns: a time as 2026-09-01T08:00:00, texts, and a number
 * in the tenth. It has one sheet with a header, widths, a frozen header and a table's
 * filter, like a sheet of inzage. The library's own zlib packs it, at its own level. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { COLUMNS = 11, TIME = 0, NUMBER = 9 };

static lxw_datetime moment(const char *s) {
    lxw_datetime d = {0};
    d.year = atoi(s);
    d.month = atoi(s + 5);
    d.day = atoi(s + 8);
    d.hour = atoi(s + 11);
    d.min = atoi(s + 14);
    d.sec = atof(s + 17);
    return d;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *book = workbook_new_opt(argv[2], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Tijdlijn");
    lxw_format *date = workbook_add_format(book), *wrap = workbook_add_format(book);
    format_set_num_format(date, "d mmm yyyy hh:mm:ss");
    format_set_text_wrap(wrap);
    format_set_align(wrap, LXW_ALIGN_VERTICAL_TOP);
    worksheet_set_column(sheet, 0, COLUMNS - 1, 24, NULL);
    worksheet_freeze_panes(sheet, 1, 0);
    for (int c = 0; c < COLUMNS; c++) worksheet_write_string(sheet, 0, c, "Kolom", wrap);
    FILE *in = fopen(argv[1], "r");
    if (!in) return 1;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    lxw_row_t row = 1;
    for (; (n = getline(&line, &room, in)) > 0 && row < 1048576; row++) {
        if (line[n - 1] == '\n') line[n - 1] = 0;
        char *cell = line;
        for (int c = 0; c < COLUMNS && cell; c++) {
            char *next = strchr(cell, '\t');
            if (next) *next++ = 0;
            if (c == TIME) {
                lxw_datetime d = moment(cell);
                worksheet_write_datetime(sheet, row, c, &d, date);
            } else if (c == NUMBER) {
                worksheet_write_number(sheet, row, c, atof(cell), NULL);
            } else {
                worksheet_write_string(sheet, row, c, cell, wrap);
            }
            cell = next;
        }
    }
    worksheet_autofilter(sheet, 0, 0, row - 1, COLUMNS - 1);
    return workbook_close(book);
}
