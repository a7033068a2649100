"""Pages that we wrote, shaped like real ones: the parts that the tests put together."""

from __future__ import annotations

from pipelines import reading
from pipelines.records import Article, Page

HANT = (
    "市政府昨天表示，交通號誌的人工智慧控制系統在週二凌晨更新後，把三個路口的行人綠燈縮短到四秒，造成兩名長者受困在路中央。",
    "交通局說，承包商沒有在測試場驗證新的模型，就直接把它送進現場設備；發現問題後，號誌已改回固定時制，並清查另外四十七個路口。",
    "當地里長指出，居民在更新當天就打電話反映，但系統的儀表板一直顯示正常，直到有民眾錄影上傳，值班人員才到現場。",
    "議員要求公布事故紀錄，並在採購契約裡寫明模型更新必須經過獨立驗證，遇到異常時應自動退回前一個版本。",
)
HANS = (
    "市政府昨天表示，交通信号的人工智能控制系统在周二凌晨更新后，把三个路口的行人绿灯缩短到四秒，造成两名长者受困在路中央。",
    "交通局说，承包商没有在测试场验证新的模型，就直接把它送进现场设备；发现问题后，信号已改回固定时制，并清查另外四十七个路口。",
    "当地社区负责人指出，居民在更新当天就打电话反映，但系统的仪表板一直显示正常，直到有市民录像上传，值班人员才到现场。",
    "人大代表要求公布事故记录，并在采购合同里写明模型更新必须经过独立验证，遇到异常时应自动退回前一个版本。",
)
ENGLISH = tuple(
    """The city said on Wednesday that an update to the software which times its traffic lights had cut the green phase for pedestrians at three crossings to four seconds, leaving two elderly people stranded in the middle of the road.
Officials said the contractor had sent the new model to the field without trying it on a test site first; the lights have been set back to fixed timing, and forty-seven other crossings are being checked.
Residents had called the hotline on the day of the update, a ward chief said, but the dashboard went on showing that everything was normal until somebody uploaded a video.
Councillors want the incident log published, and every future update verified by somebody other than its maker.""".splitlines()
)
TITLE = "號誌系統更新出錯　行人綠燈只剩四秒"


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>\n" for text in texts)


def links(count: int, words: str = "另一則完全不同的新聞標題在這裡") -> str:
    return "<ul>" + "".join(f'<li><a href="/news/{n}">{words}{n}</a></li>' for n in range(count)) + "</ul>"


def page(
    *,
    title: str = TITLE,
    body: str = "",
    head: str = "",
    before: str = "",
    after: str = "",
    lang: str = "zh-Hant",
    document_title: str | None = None,
) -> str:
    """A page with navigation, headline, body and footer."""
    printed = document_title if document_title is not None else f"{title} - 範例新聞網"
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{printed}</title>{head}</head><body>'
        f"<div class='nav'>{links(8, '欄目')}</div><div class='main'><h1>{title}</h1>{before}"
        f"<div class='txt'>{body or paragraphs(HANT)}</div>{after}</div>"
        "<div class='foot'><a href='/about'>關於我們</a> 版權所有 範例新聞網</div></body></html>"
    )


def read(
    text: str | bytes, url: str | None = "https://news.example.tw/story/1", content_type: str = "text/html"
) -> Article:
    body = text if isinstance(text, bytes) else text.encode("utf-8")
    return reading.read(Page(url=url, body=body, content_type=content_type))
