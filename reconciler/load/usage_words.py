"""What Control Hub calls the columns of its Dedicated Instance usage export, in its languages and in both generations.

Cisco publishes the names of the columns only as running text of help.webex.com n0daxo3, in some twenty languages, so a header
is taken for a column when it holds one of that column's words and no word of another one. Whatever is not understood is
refused, never guessed; `--column` then says what it is.
"""

from __future__ import annotations

import unicodedata

from reconciler.model.dedicated_instance import Column

IGNORED = (
    "total",
    "gesamt",
    "insgesamt",
    "totale",
    "totaal",
    "toplam",
    "celkem",
    "razem",
    "итого",
    "всего",
    "合計",
    "합계",
    "总计",
    "總計",
)
"""Sums: of a row as a column, of a column as a row."""  # fmt: skip

WORDS: dict[Column, tuple[str, ...]] = {
    "region": (
        "region", "regio", "regione", "regiao", "regiune", "oblast", "bolge", "регион", "област", "リージョン", "地域",
        "지역", "区域", "地区", "區域", "地區",
    ),
    "cluster": ("cluster", "klaster", "kluster", "klynge", "grappe", "clusteru", "кластер", "клъстер", "クラスター", "クラスタ",
                "클러스터", "群集", "集群", "叢集"),
    "server": (
        "server", "serwer", "servidor", "serveur", "sunucu", "kiszolgalo", "szerver", "palvelin", "tjener", "сервер", "сървър",
        "サーバー", "サーバ", "서버", "服务器", "伺服器",
    ),
    "professional": (
        "professional", "professionel", "professionnel", "professionnelle", "professionell", "professioneel", "profesional",
        "profesionalna", "profesjonalna", "profesjonalne", "profesionala", "profesionalni", "professionale", "professionali",
        "profissional", "profesyonel", "professzionalis", "профессиональная", "профессиональный", "професионален",
        "プロフェッショナル", "프로페셔널", "专业", "專業",
    ),
    "standard": ("standard", "estandar", "standardowa", "standardni", "standart", "padrao", "стандартная", "стандартный",
                 "стандартен", "スタンダード", "標準", "표준", "标准"),
    "workspaces": (
        "workspaces", "workspace", "common area", "common areas", "arbeitsbereiche", "arbeitsbereich", "gemeinschaftsbereich",
        "espacios de trabajo", "espacio de trabajo", "area comun", "espaces de travail", "espace de travail",
        "zone commune", "spazi di lavoro", "spazio di lavoro", "area comune", "espacos de trabalho", "espaco de trabalho",
        "area comum", "werkruimten", "werkruimte", "gemeenschappelijke ruimte", "arbetsytor", "gemensamt omrade",
        "arbejdsomrader", "faelles omrade", "obszar wspolny", "obszary robocze", "spolecna oblast", "pracovni prostory",
        "zona comuna", "spatii de lucru", "zajednicka oblast", "ortak alan", "calisma alanlari", "kozos terulet",
        "общая зона", "рабочие пространства", "ワークスペース", "共有エリア",
        "공용 구역", "워크스페이스", "工作空间", "公共区域", "工作區", "公用區域",
    ),
    "speechView": ("speech view", "speechview", "widok mowy", "vizualizare vorbire", "スピーチビュー", "スピーチ ビュー"),
    "roomSystems": (
        "room systems", "room system", "raumsysteme", "sistemas de sala", "sistema de sala", "systemes de salle",
        "sistemi sala", "sistemi per sala", "ruimtesystemen", "ルームシステム", "ルーム システム",
        "룸 시스템", "会议室系统", "會議室系統",
    ),
}  # fmt: skip

PLAIN: dict[Column, str] = {
    "region": "Region", "cluster": "Cluster", "server": "Server", "professional": "Professional", "standard": "Standard",
    "workspaces": "Workspaces (earlier: Common Area)", "speechView": "Speech View", "roomSystems": "Room Systems",
}  # fmt: skip


def folded(text: str) -> str:
    """Lower case, without accents and with single blanks: how headers and places are compared.

    >>> folded(" Región ")
    'region'
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("æ", "ae").replace("ø", "o").replace("ı", "i")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c) or c >= "\u3040")
    return " ".join(unicodedata.normalize("NFC", text.replace("_", " ").replace("-", " ")).split())


def columns(header: str) -> tuple[Column, ...]:
    """The columns that a header may mean: one if all is well, none if no word is known, several if it is ambiguous.

    Of two words the longer one counts where it holds the other one ("workspaces" and "workspace").

    >>> columns("Common Area usage"), columns("Servidor"), columns("Colour"), columns("Professional Workspaces")
    (('workspaces',), ('server',), (), ('professional', 'workspaces'))
    """
    text = f" {folded(header)} "
    found = [(name, word) for name, words in _FOLDED.items() for word in words if _stands_in(word, text)]
    kept = [(name, word) for name, word in found if not any(word in other and word != other for _, other in found)]
    names = tuple(dict.fromkeys(name for name, _ in kept))
    # "Server (cluster)" is how the help page itself explains the server: a cluster goes by its server's name.
    return ("server",) if set(names) == {"server", "cluster"} else names


def is_sum(text: str) -> bool:
    """Whether a header or a cell means a sum."""
    return any(_stands_in(word, f" {folded(text)} ") for word in IGNORED)


def _stands_in(word: str, text: str) -> bool:
    """Whole words in languages that separate them; anywhere where they do not."""
    if any(c > "\u2fff" for c in word):
        return word in text
    at = text.find(word)
    while at >= 0:
        if not text[at - 1].isalnum() and not text[at + len(word)].isalnum():
            return True
        at = text.find(word, at + 1)
    return False


_FOLDED: dict[Column, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(folded(word) for word in words)) for name, words in WORDS.items()
}
